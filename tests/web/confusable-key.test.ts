import { expect, test } from 'vitest'
import { confusableKey } from '../../web/src/text/confusable-key.ts'

test.each([
  ['Cyrillic letters', 'bob', 'bоb'],
  ['Greek letters', 'ada', 'αdα'],
  ['full width', 'bob', 'ｂｏｂ'],
  ['a capital I for an l', 'General', 'GeneraI'],
  ['rn for m', 'team', 'tearn'],
  ['mathematical letters', 'bob', '𝐛𝐨𝐛'],
  ['two normal forms', 'zoé', 'zoe\u0301'],
  ['what is invisible', 'bob', 'bo\u200bb\u3164'],
  ['blanks', 'ada lovelace', 'ada\u00a0\u2800lovelace\u{1d159}'],
])('names that differ only by %s have the same key', (_, one, other) => {
  expect(confusableKey(other)).toBe(confusableKey(one))
})

test.each([
  ['ada', 'adb'],
  ['zoe', 'zoé'],
  ['木村', '本村'],
])('%s and %s look different and have different keys', (one, other) => {
  expect(confusableKey(other)).not.toBe(confusableKey(one))
})
