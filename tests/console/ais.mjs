// @ts-check
// AIS messages as a ship sends them: positions, and what she says of herself in messages of type 5 and 24, with a TAG block of their time.

/** The characters of six bits, by their number. */
const SIX_BITS = "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?";

/** @param {number} value @param {number} width */
const bits = (value, width) => BigInt.asUintN(width, BigInt(Math.round(value))).toString(2).padStart(width, "0");
/** A text, filled up with @ as the standard has it. @param {string} text @param {number} length */
const text = (text, length) => [...text.slice(0, length).padEnd(length, "@")].map((each) => {
  const number = SIX_BITS.indexOf(each);
  if (number < 0) throw new Error(`six bits cannot carry ${JSON.stringify(each)}`);
  return bits(number, 6);
}).join("");
/** @param {string} body */
const checksum = (body) => [...body].reduce((sum, each) => sum ^ each.charCodeAt(0), 0).toString(16).toUpperCase().padStart(2, "0");

/** Sentences of a message, each with its time. @param {string} message bits @param {number} at seconds since 1970 @param {number} number of the message, for one of two sentences */
function sentences(message, at, number) {
  const fill = (6 - (message.length % 6)) % 6;
  const payload = (message + "0".repeat(fill)).match(/.{6}/g)?.map((six) => { const n = parseInt(six, 2); return String.fromCharCode(n < 40 ? n + 48 : n + 56); }).join("") ?? "";
  const parts = payload.match(/.{1,56}/g) ?? [];
  return parts.map((part, index) => {
    const body = `AIVDM,${parts.length},${index + 1},${parts.length > 1 ? number % 10 : ""},A,${part},${index + 1 === parts.length ? fill : 0}`;
    const tag = `c:${at}`;
    return `\\${tag}*${checksum(tag)}\\!${body}*${checksum(body)}`;
  });
}

/** A position report of type 1. @param {{ mmsi: number, at: number, lat: number, lon: number, knots: number, course: number }} fix */
export function position({ mmsi, at, lat, lon, knots, course }) {
  return sentences(bits(1, 6) + bits(0, 2) + bits(mmsi, 30) + bits(0, 4) + bits(-128, 8) + bits(knots * 10, 10) + bits(1, 1) + bits(lon * 600_000, 28) + bits(lat * 600_000, 27)
    + bits(course * 10, 12) + bits(course, 9) + bits(at % 60, 6) + bits(0, 2 + 3 + 1 + 19), at, 0);
}

/** What a ship of class A says of herself: type 5. @param {{ mmsi: number, at: number, name: string, callSign: string, destination: string, type: number }} ship */
export function voyage({ mmsi, at, name, callSign, destination, type }) {
  return sentences(bits(5, 6) + bits(0, 2) + bits(mmsi, 30) + bits(0, 2) + bits(0, 30) + text(callSign, 7) + text(name, 20) + bits(type, 8) + bits(20, 9) + bits(20, 9) + bits(5, 6) + bits(5, 6)
    + bits(1, 4) + bits(0, 4) + bits(0, 5) + bits(24, 5) + bits(60, 6) + bits(30, 8) + text(destination, 20) + bits(0, 2), at, mmsi);
}

/** What a boat of class B says of herself: both parts of type 24. @param {{ mmsi: number, at: number, name: string, callSign: string, type: number }} boat */
export function boat({ mmsi, at, name, callSign, type }) {
  const head = bits(24, 6) + bits(0, 2) + bits(mmsi, 30);
  return [...sentences(head + bits(0, 2) + text(name, 20) + bits(0, 8), at, 0),
    ...sentences(head + bits(1, 2) + bits(type, 8) + text("", 7) + text(callSign, 7) + bits(6, 9) + bits(6, 9) + bits(2, 6) + bits(2, 6) + bits(0, 6), at, 0)];
}
