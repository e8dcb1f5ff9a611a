// @ts-check
// How the trail says that an act takes another one back.

/** The reason of an act that takes another one back. The engine's trail is in English. */
export const WHY = "taken back";
