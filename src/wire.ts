/** The wire format; the code stands where the CLI and the client may import it from. */
export { camelCase, fromWire, snakeCase, toWire } from "./contracts/wire.ts";
