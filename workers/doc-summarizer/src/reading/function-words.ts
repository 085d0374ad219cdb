/**
 * Words that say nothing of the topic, in scripts that wink-nlp does not know: the most frequent ones of Chinese,
 * Korean and Thai. A text in another language keeps its function words.
 */
const FUNCTION_WORDS: ReadonlySet<string> = new Set(
  [
    '的 了 是 在 和 也 不 就 都 而 及 与 與 着 或 之 於 于 以 被 把 从 從 到 对 對 上 下 中 里 裡 这 這 那 有 我 你 他 她 它 们 們 很 会 會 要 说 說 去 能 时 時',
    '我们 我們 你们 你們 他们 他們 她们 她們 它们 它們 这个 這個 那个 那個 这些 這些 那些 一个 一個 一些 没有 沒有 可以 因为 因為 所以 但是 如果 就是 不是 什么 什麼 自己 以及 或者 并且 並且 然后 然後 已经 已經 还是 還是 非常',
    '그리고 그러나 하지만 그래서 또는 있다 없다 이다 하는 있는 없는 위해 대한 통해 이것은 그것은',
    'ของ ที่ และ เป็น ใน ได้ มี ว่า จะ ไม่ ให้ กับ จาก โดย นี้ นั้น คือ แต่ หรือ ก็ ซึ่ง เมื่อ ถึง ตาม อยู่ กัน แล้ว ความ การ ต้อง บน เพื่อ ทุก อย่าง ผู้ ไป มา ยัง',
  ].flatMap((words) => words.normalize('NFC').split(' ')),
);

/** Particles, endings and auxiliaries of Japanese are short and in Hiragana; a noun hardly ever is. */
const PARTICLE = /^\p{sc=Hiragana}{1,3}$/u;

/** Whether a word, as shared-text writes it, says nothing of the topic. */
export function isFunctionWord(word: string): boolean {
  return PARTICLE.test(word) || FUNCTION_WORDS.has(word);
}
