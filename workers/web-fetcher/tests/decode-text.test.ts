import { describe, expect, test } from 'vitest';
import { decodeText } from '../src/content/decode-text.ts';

const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

describe('text that says nothing of its encoding', () => {
  test.each([
    [
      'gb18030',
      '这是一个测试文档。灯塔建于1871年，灯坏了的时候由钟表匠修理。',
      '1eLKx9K7uPay4srUzsS1taGjtcbL/r2o09oxODcxxOqjrLXGu7XBy7XEyrG68tPJ1tOx7b2z0N7A7aGj',
    ],
    [
      'big5',
      '這是一個測試文件。燈塔建於1871年，燈壞了的時候由鐘錶匠修理。',
      's2+sT6RArdO0+rjVpOWl86FDv0+28KvYqfMxODcxpn6hQb9Pw2GkRqq6rsmt1KXRxMG/9qZLrdeyeqFD',
    ],
    [
      'shift_jis',
      'これは試験の文書です。ランプが壊れたときは、時計職人が修理します。',
      'grGC6oLNjo6MsYLMlbaPkYLFgreBQoOJg5ODdoKqifOC6oK9gsaCq4LNgUGOnox2kEWQbIKqj0OXnYK1gtyCt4FC',
    ],
    [
      'euc-jp',
      'これは試験の文書です。ランプが壊れたときは、時計職人が修理します。',
      'pLOk7KTPu+64s6TOyri98aTHpLmho6XppfOl16SssvWk7KS/pMikraTPoaK7/rfXv6a/zaSsvaTN/aS3pN6kuaGj',
    ],
    [
      'iso-2022-jp',
      'これは試験の文書です。ランプが壊れたときは、時計職人が修理します。',
      'GyRCJDMkbCRPO244MyROSjg9cSRHJDkhIyVpJXMlVyQsMnUkbCQ/JEgkLSRPISI7fjdXPyY/TSQsPSRNfSQ3JF4kOSEjGyhC',
    ],
    [
      'euc-kr',
      '이것은 시험 문서입니다. 램프가 고장 나면 시계공이 수리합니다.',
      'wMywzcC6IL3Dx+ggua68rcDUtM+02S4gt6XHwbChILDtwOUgs6q46SC9w7DosPjAzCC89riux9W0z7TZLg==',
    ],
    [
      'koi8-r',
      'Маяк был построен в 1871 году. Когда лампа ломается, её чинит часовщик.',
      '7cHRyyDC2cwg0M/T1NLPxc4g1yAxODcxIMfPxNUuIOvPx8TBIMzBzdDBIMzPzcHF1NPRLCDFoyDeyc7J1CDewdPP193Jyy4=',
    ],
    [
      'windows-1251',
      'Маяк был построен в 1871 году. Когда лампа ломается, её чинит часовщик.',
      'zOD/6iDh++sg7+7x8vDu5e0g4iAxODcxIOPu5PMuIMru4+TgIOvg7O/gIOvu7ODl8vH/LCDluCD36O3o8iD34PHu4vno6i4=',
    ],
    [
      'windows-1252',
      'Wenn die Lampe kaputtgeht, repariert sie der Uhrmacher für Größe und Öl. Prüfung übrig.',
      'V2VubiBkaWUgTGFtcGUga2FwdXR0Z2VodCwgcmVwYXJpZXJ0IHNpZSBkZXIgVWhybWFjaGVyIGb8ciBHcvbfZSB1bmQg1mwuIFBy/GZ1bmcg/GJyaWcu',
    ],
    [
      'windows-1250',
      'Łódź, Świnoujście: latarnia została zbudowana w 1871 roku. Gdy lampa się psuje, naprawia ją zegarmistrz.',
      'o/NknywgjHdpbm91apxjaWU6IGxhdGFybmlhIHpvc3Rhs2EgemJ1ZG93YW5hIHcgMTg3MSByb2t1LiBHZHkgbGFtcGEgc2nqIHBzdWplLCBuYXByYXdpYSBquSB6ZWdhcm1pc3Ryei4=',
    ],
    [
      'iso-8859-2',
      'Latarnia morska została zbudowana w 1871 roku. Gdy lampa się psuje, naprawia ją zegarmistrz.',
      'TGF0YXJuaWEgbW9yc2thIHpvc3Rhs2EgemJ1ZG93YW5hIHcgMTg3MSByb2t1LiBHZHkgbGFtcGEgc2nqIHBzdWplLCBuYXByYXdpYSBqsSB6ZWdhcm1pc3Ryei4=',
    ],
    [
      'windows-1253',
      'Ο φάρος χτίστηκε το 1871. Όταν χαλάει η λάμπα, τη φτιάχνει ο ωρολογοποιός.',
      'zyD23PHv8iD39N/z9Ofq5SD07yAxODcxLiC89OHtIPfh69zl6SDnIOvc7PDhLCD05yD29Onc9+3l6SDvIPnx7+vv4+/w7+n88i4=',
    ],
    [
      'windows-1254',
      'Deniz feneri 1871 yılında inşa edildi. Lamba bozulduğunda saatçi onu tamir eder.',
      'RGVuaXogZmVuZXJpIDE4NzEgef1s/W5kYSBpbv5hIGVkaWxkaS4gTGFtYmEgYm96dWxkdfB1bmRhIHNhYXTnaSBvbnUgdGFtaXIgZWRlci4=',
    ],
    [
      'windows-1255',
      'המגדלור נבנה בשנת 1871. כאשר המנורה מתקלקלת, השען מתקן אותה.',
      '5O7i4+zl+CDw4fDkIOH58PogMTg3MS4g6+D5+CDk7vDl+OQg7vr37Pfs+iwg5Pny7yDu+vfvIODl+uQu',
    ],
    [
      'windows-1256',
      'بنيت المنارة عام 1871. عندما يتعطل المصباح يصلحه صانع الساعات.',
      'yOTtyiDH4ePkx9HJINrH4yAxODcxLiDa5M/jxyDtytrY4SDH4ePVyMfNIO3V4c3lINXH5Nogx+HTx9rHyi4=',
    ],
  ])('Text in %s that says nothing of its encoding is decoded as such.', (encoding, text, base64) => {
    expect(decodeText(bytesOf(base64), null, false)).toMatchObject({ text, is_guess: true });
    expect(decodeText(bytesOf(base64), encoding, false)).toMatchObject({ text, encoding, is_guess: false });
  });

  test('Text in UTF-8 is not guessed.', () => {
    const decoded = { text: 'naïve 灯塔', encoding: 'utf-8', is_guess: false };
    expect(decodeText(Buffer.from('naïve 灯塔'), null, false)).toEqual(decoded);
    expect(decodeText(Buffer.from('\ufeffnaïve 灯塔'), null, false)).toEqual(decoded);
  });

  test('Text with terminal escapes is UTF-8.', () => {
    const text = '\x1b(B\x1b[mdone \x1b$5';
    expect(decodeText(Buffer.from(text), null, false)).toMatchObject({ text, encoding: 'utf-8' });
  });

  test('An encoding is told from characters far into a long document.', () => {
    const german = Buffer.from(
      'Der Uhrmacher repariert die Lampe für Größe und Öl, übrig bleibt Gemüse. ',
      'latin1',
    );
    const content = Buffer.concat([Buffer.alloc(300_000, 'word '), ...Array(50).fill(german)]);
    expect(decodeText(content, null, false)).toMatchObject({
      text: content.toString('latin1'),
      is_guess: true,
    });
  });
});

describe('text is refused and never read in part', () => {
  test.each([
    ['is not what the server says', Buffer.from('caf\xe9', 'latin1'), 'utf-8', false],
    ['is not what the page says', Buffer.from('<meta charset=utf-8><p>caf\xe9', 'latin1'), null, true],
    ['is not what its mark says', Buffer.from('\xef\xbb\xbfcaf\xe9', 'latin1'), 'latin1', false],
    ['ends inside a character', Buffer.from('灯塔').subarray(0, 5), 'utf-8', false],
    ['is UTF-32', Buffer.from('fffe0000410000004200000', 'hex'), null, false],
    ['is too short to tell its encoding', Buffer.from('caf\xe9', 'latin1'), null, false],
    [
      'is noise',
      Buffer.from(Array.from({ length: 4000 }, (_, n) => (n * n * 31 + n * 7) & 0xff)),
      null,
      false,
    ],
    [
      'is Thai, which the detector is not sure of',
      bytesOf('udXopNfN4M2hytLDt7TKzbog4MHX6M3ipMHkv+DK1cIgqujSp7fTudLM1KHSqNCr6M3B'),
      null,
      false,
    ],
    [
      'has letters of two encodings',
      Buffer.from('Gdy lampa psuje, naprawia j\xb9 zegarmistrz. Latarnia morska w 1871 roku.', 'latin1'),
      null,
      false,
    ],
  ])('Text is refused and never read in part if it %s.', (_, content, charset, isHtml) => {
    expect(decodeText(content, charset, isHtml)).toMatchObject({ code: 'FETCH_UNDECODABLE' });
  });
});
