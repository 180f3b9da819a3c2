import { expect, test } from 'vitest'
import { InvalidRequest } from '../../src/errors.ts'
import { matchOf, queryOf } from '../../src/search/query.ts'
import { wordsOf } from '../../src/search/words-of.ts'

const found = (query: string, text: string) => matchOf(queryOf(query), wordsOf(text))

test('every word must be there, and something that begins as the last', () => {
  expect(found('release not', 'The Release Notes of note')).toEqual(['Release', 'Notes', 'note'])
  expect(found('release not', 'Release it')).toBeUndefined()
  expect(found('rel notes', 'Release notes')).toBeUndefined()
  expect(found('resume', 'Résumé')).toEqual(['Résumé'])
  expect(found('京都', '東京都に行く')).toEqual(['京都'])
  expect(found('東京都', '東京と京都')).toEqual(['東京', '京都'])
  expect(found('東京都', '東京')).toBeUndefined()
})

test.each(['a', '🙂 !', '猫', ' '])('%s has no word', (text) => {
  expect(() => queryOf(text)).toThrow(InvalidRequest)
  expect(() => queryOf(text)).toThrow('unable to search; the query has no word')
})
