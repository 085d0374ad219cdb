import { describe, expect, test } from 'vitest';
import { documentOf, freshRegistrar } from '../samples.ts';

/** Chunks of a document about a lighthouse, and questions with the chunk that answers each. */
const LANGUAGES: readonly (readonly [
  language: string,
  texts: readonly string[],
  questions: Readonly<Record<string, number>>,
])[] = [
  [
    'Chinese',
    ['灯塔建于1871年，高四十米。', '灯坏了的时候，由钟表匠英格丽修理。', '派遣记录使用WCP协议和SHA-256。'],
    { 灯塔有多高: 0, '谁修理坏了的灯？': 1, 钟表: 1, WCP: 2, 'sha-256 wcp': 2, 协议: 2 },
  ],
  ['Chinese in the other script’s width', ['灯塔建于１８７１年。', '使用ＷＣＰ。'], { '1871': 0, wcp: 1 }],
  [
    'Japanese',
    [
      '灯台は1871年に建てられました。',
      'ランプが壊れたときは、時計職人が修理します。',
      '霧の日は漁師が港にとどまります。',
    ],
    { 灯台はいつ建てられたか: 0, 'ランプは誰が修理する？': 1, 時計職人: 1, ﾗﾝﾌﾟ: 1, 漁師: 2 },
  ],
  [
    'Thai',
    ['ประภาคารสร้างขึ้นในปี 1871', 'เมื่อโคมไฟเสีย ช่างทำนาฬิกาจะซ่อม', 'ชาวประมงอยู่ในท่าเรือ'],
    { ประภาคารสร้างเมื่อไร: 0, ใครซ่อมโคมไฟ: 1, นาฬิกา: 1, ชาวประมง: 2 },
  ],
  [
    'Korean',
    ['등대는 1871년에 세워졌습니다.', '램프가 고장 나면 시계공이 수리합니다.', '어부들은 항구에 머뭅니다.'],
    { 등대: 0, 램프: 1, '시계공은 누구': 1, 항구: 2 },
  ],
  [
    'Arabic with vowel signs',
    ['بُنِيَتِ الْمَنَارَةُ عَامَ ١٨٧١.', 'يُصْلِحُ صَانِعُ السَّاعَاتِ الْمِصْبَاحَ.', 'أُغْلِقَ الْمِينَاءُ.'],
    { المنارة: 0, 'من يصلح المصباح': 1, الميناء: 2, اغلق: 2 },
  ],
  ['Hebrew with vowel signs', ['הַמִּגְדַּלּוֹר גָּבוֹהַּ', 'הַשָּׁעָן מְתַקֵּן'], { המגדלור: 0, השען: 1 }],
  ['Hindi', ['प्रकाशस्तंभ ऊँचा है', 'घड़ीसाज़ दीपक ठीक करता है'], { प्रकाशस्तंभ: 0, 'दीपक कौन ठीक करता': 1 }],
  ['Greek', ['Ο φάρος χτίστηκε', 'τη φτιάχνει ο ωρολογοποιός'], { φαρος: 0, ΩΡΟΛΟΓΟΠΟΙΌΣ: 1 }],
  ['Vietnamese', ['Ngọn hải đăng rất cao', 'Thợ đồng hồ sửa đèn'], { 'hai dang': 0, 'sửa đèn': 1 }],
];

describe('a document is found by its words', () => {
  test.each(LANGUAGES)('A document in %s is found by its words.', async (language, texts, questions) => {
    const { register, find } = freshRegistrar();
    expect((await register(documentOf(language, texts))).status).toBe('ok');
    for (const [query, place] of Object.entries(questions)) {
      const [best] = await find({ query });
      expect([query, texts.indexOf(best?.text ?? '')]).toEqual([query, place]);
    }
  });

  test('A document in Chinese is found by a title and a heading too, and not by another word.', async () => {
    const { register, find } = freshRegistrar();
    const vector = [1, 0, 0];
    await register({
      ...documentOf('zh', []),
      title: '斯凯里灯塔',
      chunks: [{ text: '很高。', heading: '天气与雾', vector }],
    });
    expect(await find({ query: '灯塔' })).toHaveLength(1);
    expect(await find({ query: '天气' })).toHaveLength(1);
    expect(await find({ query: '轮船' })).toHaveLength(0);
  });
});
