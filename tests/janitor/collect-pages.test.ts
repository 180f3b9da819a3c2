import { expect, test } from 'vitest'
import type { Page } from '../../src/archive/pages.ts'
import { collectPages } from '../../src/janitor/collect-pages.ts'

const MB = 2 ** 20

const pageOf = (cursor: string, bytes: number): Page => ({
  lines: bytes === 0 ? [] : [{ type: 'message', content: 'x'.repeat(bytes) }],
  read: 1,
  cursor,
})

async function* inTurn(...pages: Page[]): AsyncGenerator<Page> {
  for (const page of pages) yield await Promise.resolve(page)
}

test('pages are collected until there are 8 MB of text, of which pages without lines have none', async () => {
  const pages = [pageOf('a', 5 * MB), pageOf('b', 0), pageOf('c', 0), pageOf('d', 2 * MB), pageOf('e', 2 * MB)]
  const { from, read } = await collectPages(inTurn(...pages, pageOf('f', 1)))
  expect({ from, read }).toEqual({ from: 'e', read: 5 })
})

test('a page of text counts by its bytes', async () => {
  const wide: Page = { lines: [{ type: 'message', content: 'é'.repeat(4 * MB) }], read: 1, cursor: 'a' }
  expect(await collectPages(inTurn(wide, pageOf('b', 1)))).toMatchObject({ from: 'a', read: 1 })
})
