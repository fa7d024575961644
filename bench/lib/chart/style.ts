interface Colours {
  readonly paper: string;
  readonly ink: string;
  readonly dim: string;
  readonly grid: string;
  readonly hopper: string;
  readonly ceiling: string;
}

const LIGHT: Colours = {
  paper: "#ffffff",
  ink: "#1f2328",
  dim: "#59636e",
  grid: "#d9dee4",
  hopper: "#0969da",
  ceiling: "#9a6700",
};

const DARK: Colours = {
  paper: "#0d1117",
  ink: "#f0f6fc",
  dim: "#9aa4af",
  grid: "#30363d",
  hopper: "#58a6ff",
  ceiling: "#e3b341",
};

function rules({ paper, ink, dim, grid, hopper, ceiling }: Colours): string {
  return `.paper { fill: ${paper}; stroke: ${grid} }
text { fill: ${ink} }
.tick, .note, .value.quoted { fill: ${dim} }
.grid { stroke: ${grid} }
.axis { stroke: ${dim} }
.fill.hopper, .value.hopper { fill: ${hopper} }
.fill.ceiling, .value.ceiling { fill: ${ceiling} }
.line.hopper { stroke: ${hopper} }
.line.ceiling { stroke: ${ceiling} }
.fill.quoted { fill: ${paper}; stroke: ${dim} }`;
}

/** What the classes of the chart look like, by day and by night: a picture is not told what page it stands on. */
export const STYLE = `text { font: 15px system-ui, sans-serif }
.title { font-size: 22px; font-weight: 600 }
.head { font-size: 17px; font-weight: 600 }
.tick, .note { font-size: 14px }
.value { font-weight: 600 }
.line { fill: none; stroke-width: 2 }
.fill.quoted { stroke-dasharray: 3 2 }
${rules(LIGHT)}
@media (prefers-color-scheme: dark) {
${rules(DARK)}
}`;
