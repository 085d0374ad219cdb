/** A few paragraphs to summarise, each about one topic. */
export const LIGHTHOUSE = `
The lighthouse at Cape Wren was built in 1871, after three ships were lost on the reef in a single winter. Its tower is forty metres high and stands on a rock that the sea covers at every spring tide. Until 1986 a family of keepers lived in it all year round, and the youngest child went to school by boat.

The lamp was the pride of the keepers. Its lens, made in Paris and carried up the stairs in two hundred pieces, threw the light of a single burner twenty-five miles over the sea. It turned on a bath of mercury, so that a child could move its three tonnes with one finger. Every evening at dusk the keeper wound up the clockwork, e.g. at half past four in December, and every four hours he wound it again.

Fog was worse than darkness. When the light could not be seen, a horn was sounded by compressed air, two blasts every ninety seconds, and nobody on the rock slept. In the winter of 1911 the horn sounded for nine days without a pause. Dr. Marsh, who visited the station on the tenth day, wrote that the keepers had stopped noticing the noise and woke up when it ended.

Automation came slowly and then all at once. An electric lamp replaced the burner in 1952, and a diesel engine replaced the clockwork a year later. On 3 May 1986 the last keeper switched the station over to a computer on the mainland, locked the door and took the boat home. Today a lamp no bigger than a fist, charged by the sun, does the work of the great lens.

The tower itself nearly fell. Salt had eaten the mortar, and a survey in 2004 found that the lowest courses of stone were loose. Volunteers raised the money for the repair in six years, and the lighthouse was opened to visitors in 2012. The great lens now stands in the museum of the harbour town, where children may push it with one finger.
`;

export const LIGHTHOUSE_MARKDOWN = `---
title: Cape Wren
tags: [light, sea]
---

# The lighthouse at Cape Wren

<!-- A comment. It must not be seen. -->

The [lighthouse](https://example.org/a_(b)) at **Cape Wren** was built in *1871*, after three ships were lost on the reef in a single winter. ![A picture of the tower.](tower.png "Tower.")

| year | event |
| --- | --- |
| 1871 | The tower was built and this is table debris. |

year | event
--- | ---
1952 | The electric lamp came and this is table debris.

## The lamp

- **CW-2-1** The lens of the lamp MUST be cleaned by the keeper on every day of the year.
- **CW-2-2:** The keeper SHOULD wind up the clockwork of the lamp every \`four\` hours.
1. The event \`evt.lamp.lit\` is written into the book of the lighthouse when \`lamp.lit\` is true.

\`\`\`js
const debris = 'The code must not be seen. It is no sentence of the lighthouse.';
\`\`\`

~~~
Another fence of debris. \`\`\` It goes on.
~~~

    Indented debris stands here. It is code.

> The keepers of the lighthouse had stopped noticing the noise of the horn, and woke up when it ended.

<div class="debris">The tower of the lighthouse is forty metres high &amp; stands on a rock.</div>

The museum
----------

The great lens of the lighthouse now stands in the museum[^1] of the ~~fishing~~ [harbour town][ref].

[ref]: https://example.org/debris "Debris."
[^1]: https://example.org/footnote

***
`;

/** The lighthouse in scripts that put no space between words. */
export const CHINESE =
  '斯凯里的灯塔建于1841年，塔高四十米。守塔人在黄昏时点亮灯塔的灯。钟表匠每年修理灯塔的灯。大雾来时，守塔人整夜敲钟，渔民在港口等待。';
export const JAPANESE =
  '灯台は1841年に花崗岩で建てられた。灯台守は夕暮れにランプを灯す。時計職人が毎年灯台のランプを修理する。霧の夜、灯台守は鐘を鳴らし、漁師は港で待つ。';
export const THAI =
  'ประภาคารสร้างขึ้นในปี 1841 ผู้ดูแลประภาคารจุดตะเกียงตอนพลบค่ำ ช่างนาฬิกาซ่อมตะเกียงของประภาคารทุกปี เมื่อมีหมอกผู้ดูแลตีระฆังทั้งคืน และชาวประมงรออยู่ที่ท่าเรือ';
export const KOREAN =
  '등대는 1841년에 지어졌다. 등대지기는 해질녘에 등대의 등불을 켠다. 시계공은 해마다 등대의 등불을 고친다.';
export const KHMER = 'អ្នកយាមបំភ្លឺចង្កៀងនៅពេលព្រលប់។ ជាងនាឡិកាជួសជុលចង្កៀងរាល់ឆ្នាំ។ អ្នកនេសាទរង់ចាំនៅកំពង់ផែ។';
