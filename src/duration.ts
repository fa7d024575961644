/** Lengths of time as people write them; the code stands where the CLI may import it from. */
export { DURATION_FORMS, parseDuration, readDuration } from "./contracts/duration.ts";
