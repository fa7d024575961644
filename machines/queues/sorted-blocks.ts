/** Items in one array, at most; more are split, so that no step ever moves more than these. */
const BLOCK_ITEMS = 512;

/**
 * Items kept sorted in blocks of bounded length: a step is a binary search over blocks and one within a block. No two
 * items may compare as equal, and what an item is compared by may not change while it is here.
 */
export class SortedBlocks<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #blocks: T[][] = [];

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  first(): T | undefined {
    return this.#blocks[0]?.[0];
  }

  /** The first item behind this one, which need not be here. */
  after(item: T): T | undefined {
    const at = this.#blockOf(item);
    const block = this.#blocks[at];
    if (block === undefined) return undefined;
    const place = this.#placeIn(block, item);
    const found = block[place];
    if (found === undefined || this.#compare(found, item) !== 0) return found;
    return block[place + 1] ?? this.#blocks[at + 1]?.[0];
  }

  *values(): Generator<T, void, undefined> {
    for (const block of this.#blocks) yield* block;
  }

  insert(item: T): void {
    const last = this.#blocks.at(-1);
    // Most come last.
    if (last !== undefined && last.length < BLOCK_ITEMS && this.#isBefore(last.at(-1), item)) {
      last.push(item);
      return;
    }
    // Behind the last of all blocks there is none: append to the last one.
    const at = Math.min(this.#blockOf(item), this.#blocks.length - 1);
    const block = this.#blocks[at];
    if (block === undefined) {
      this.#blocks.push([item]);
      return;
    }
    const place = this.#placeIn(block, item);
    if (place === block.length) block.push(item);
    else block.splice(place, 0, item);
    if (block.length <= BLOCK_ITEMS) return;
    // A queue mostly grows at its end: leave full blocks behind there, halves elsewhere.
    const keep = place === BLOCK_ITEMS ? BLOCK_ITEMS : BLOCK_ITEMS / 2;
    this.#blocks.splice(at + 1, 0, block.splice(keep));
  }

  /** false = it is not here. */
  delete(item: T): boolean {
    // Most are the first.
    const isFirst = this.first() === item;
    const at = isFirst ? 0 : this.#blockOf(item);
    const block = this.#blocks[at];
    if (block === undefined) return false;
    const place = isFirst ? 0 : this.#placeIn(block, item);
    if (block[place] !== item) return false;
    if (place === 0) block.shift();
    else block.splice(place, 1);
    if (block.length === 0) this.#blocks.splice(at, 1);
    return true;
  }

  /** The first block whose last item is not before this one. */
  #blockOf(item: T): number {
    return search(this.#blocks, (block) => this.#isBefore(block.at(-1), item));
  }

  /** Where in the block the item is, or belongs. */
  #placeIn(block: readonly T[], item: T): number {
    return search(block, (other) => this.#isBefore(other, item));
  }

  #isBefore(other: T | undefined, item: T): boolean {
    return other !== undefined && this.#compare(other, item) < 0;
  }
}

/** The index of the first of these items that is not before what is looked for. */
function search<T>(items: readonly T[], isBefore: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}
