import type { Json } from "../../machines/records/values.ts";
import type { EventView } from "../../src/views/views.ts";

/** An event whose data is read and written by its keys, whatever it is called. */
export type AnyEvent = Omit<EventView, "data"> & { data: { [key: string]: Json } };
