import { constantHtml } from './html.ts';

/**
 * The script of the page: counts down, and merges the holds of the server into the list. What a steward is
 * writing stays, and nothing above it moves: a hold that was resolved elsewhere is crossed out in place.
 */
export const SCRIPT = constantHtml(`
'use strict';
const list = document.querySelector('#holds');
const status = document.querySelector('#status');
const empty = document.querySelector('#empty');
const deadlines = new WeakMap();
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
    if (!deadlines.has(timer)) deadlines.set(timer, Date.now() + timer.dataset.left * 1000);
    const left = Math.max(0, Math.ceil((deadlines.get(timer) - Date.now()) / 1000));
    timer.textContent = durationText(left);
    if (left === 0) close(timer.closest('article'), 'Expired: this counts as denied.');
  }
};
const replace = (card, fresh) => {
  for (const field of card.querySelectorAll('textarea')) {
    const updated = fresh.querySelector('[name="' + field.name + '"]');
    if (updated) updated.value = field.value;
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
    const updated = fresh.get(card.id);
    fresh.delete(card.id);
    if (!updated && !card.classList.contains('gone')) {
      close(card, 'Resolved elsewhere.');
      news.push('A hold was resolved.');
    } else if (updated && updated.dataset.version !== card.dataset.version) {
      replace(card, updated);
      news.push('A hold was escalated.');
    }
  }
  list.append(...fresh.values());
  if (fresh.size > 0) news.push(fresh.size + (fresh.size === 1 ? ' new hold.' : ' new holds.'));
  empty.hidden = list.children.length > 0;
  document.title = page.title;
  status.textContent = news.join(' ') || (status.dataset.problem ? '' : status.textContent);
  delete status.dataset.problem;
  tick();
};
const showProblem = (sentence) => {
  status.textContent = sentence;
  status.dataset.problem = 'true';
};
let isRefreshing = false;
let isStale = false;
const refresh = async () => {
  isStale = true;
  if (isRefreshing) return;
  isRefreshing = true;
  while (isStale) {
    isStale = false;
    try {
      const cursor = new URLSearchParams(location.search).get('cursor');
      const response = await fetch('/holds' + (cursor ? '?cursor=' + encodeURIComponent(cursor) : ''));
      if (response.redirected) showProblem('You are signed out. Reload the page to sign in.');
      else if (!response.ok) showProblem('The Hall cannot be reached. This page tries again.');
      else merge(new DOMParser().parseFromString(await response.text(), 'text/html'));
    } catch {
      showProblem('The server of this page cannot be reached. It tries again.');
    }
    await new Promise((next) => setTimeout(next, 500));
  }
  isRefreshing = false;
};
tick();
setInterval(tick, 1000);
setInterval(refresh, 30000);
document.addEventListener('visibilitychange', () => document.hidden || refresh());
new EventSource('/events').addEventListener('refresh', refresh);
`);
