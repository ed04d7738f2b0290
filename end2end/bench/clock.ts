// The fake's model `clock-N` writes the time at which each word leaves, in letters; see `stamp` in
// end2end/fakes/src/model/text.rs. Both run on one machine, so what a word took is a subtraction.
const letters = 8;
const wrap = 26 ** letters;
let origin = 0;

/** Ties our clock to the machine's, whose rate may have been corrected since. Waits a millisecond. */
export function tieClock() {
  const before = Date.now();
  while (Date.now() === before);
  origin = Date.now() - performance.now();
}

/** In ms. */
export const now = () => origin + performance.now();

/** How long each word of a text was under way, in ms. */
export function delays(text: string, at: number): number[] {
  return (text.match(/[a-z]{8}/g) ?? []).map((word) => {
    let left = 0;
    for (const letter of Buffer.from(word)) left = left * 26 + letter - 97;
    const took = (((at * 1_000 - left) % wrap) + wrap) % wrap;
    return (took > wrap / 2 ? took - wrap : took) / 1_000;
  });
}
