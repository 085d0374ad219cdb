import { constantHtml } from './html.ts';

/**
 * The script of the page: counts down, and puts what the server shows now into the list. What a steward is
 * writing stays, and nothing above it moves: what was resolved elsewhere is crossed out where it stands.
 */
export const SCRIPT = constantHtml(`
'use strict';
const list = document.querySelector('#holds');
const said = document.querySelector('#said');
const none = document.querySelector('#none');
const ends = new WeakMap();
const pad = (value) => String(value).padStart(2, '0');
const durationText = (s) => s >= 3600
  ? Math.floor(s / 3600) + ' h ' + pad(Math.floor(s / 60) % 60) + ' min'
  : Math.floor(s / 60) + ' min ' + pad(s % 60) + ' s';
const close = (card, note) => {
  card.classList.add('gone');
  for (const control of card.querySelectorAll('button')) control.disabled = true;
  const text = document.createElement('p');
  text.className = 'notice';
  text.textContent = note;
  card.querySelector('header').after(text);
};
const tick = () => {
  for (const timer of list.querySelectorAll('article:not(.gone) [data-left]')) {
    if (!ends.has(timer)) ends.set(timer, Date.now() + timer.dataset.left * 1000);
    const left = Math.max(0, Math.ceil((ends.get(timer) - Date.now()) / 1000));
    timer.textContent = durationText(left);
    if (left === 0) close(timer.closest('article'), 'The time is over: it counts as denied.');
  }
};
const keep = (card, fresh) => {
  for (const field of card.querySelectorAll('textarea')) {
    const other = fresh.querySelector('[name="' + field.name + '"]');
    if (other) other.value = field.value;
  }
  const focused = document.activeElement;
  const hadFocus = card.contains(focused);
  card.replaceWith(fresh);
  if (hadFocus) (fresh.querySelector('textarea[name="' + focused.name + '"]') || fresh.querySelector('textarea')).focus();
};
const merge = (page) => {
  const fresh = new Map([...page.querySelectorAll('#holds > article')].map((card) => [card.id, card]));
  const news = [];
  for (const card of [...list.children]) {
    const other = fresh.get(card.id);
    fresh.delete(card.id);
    if (!other && !card.classList.contains('gone')) {
      close(card, 'Resolved elsewhere.');
      news.push('A hold was resolved.');
    } else if (other && other.dataset.version !== card.dataset.version) {
      keep(card, other);
      news.push('A hold was escalated.');
    }
  }
  list.append(...fresh.values());
  if (fresh.size > 0) news.push(fresh.size + (fresh.size === 1 ? ' new hold.' : ' new holds.'));
  none.hidden = list.children.length > 0;
  document.title = page.title;
  said.textContent = news.join(' ') || (said.dataset.bad ? '' : said.textContent);
  delete said.dataset.bad;
  tick();
};
const trouble = (sentence) => {
  said.textContent = sentence;
  said.dataset.bad = 'yes';
};
let isLooking = false;
let isOld = false;
const look = async () => {
  isOld = true;
  if (isLooking) return;
  isLooking = true;
  while (isOld) {
    isOld = false;
    try {
      const cursor = new URLSearchParams(location.search).get('cursor');
      const answer = await fetch('/holds' + (cursor ? '?cursor=' + encodeURIComponent(cursor) : ''));
      if (answer.redirected) trouble('You are signed out: reload the page to sign in.');
      else if (!answer.ok) trouble('The Hall cannot be asked now. This page tries again.');
      else merge(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    } catch {
      trouble('This page has lost its server. It tries again.');
    }
    await new Promise((next) => setTimeout(next, 500));
  }
  isLooking = false;
};
tick();
setInterval(tick, 1000);
setInterval(look, 30000);
document.addEventListener('visibilitychange', () => document.hidden || look());
new EventSource('/events').addEventListener('look', look);
`);
