import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Returns the violations that axe-core finds in a page without motion, each with its impact and place. */
export async function violationsOf(page: Page): Promise<string[]> {
  // Elements that aren't laid out sometimes keep the colours from before a change.
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync('* { content-visibility: visible !important }')
    document.adoptedStyleSheets = [sheet]
  })
  // Colours in a transition from light to dark belong to neither scheme.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)))
  await page.evaluate(source)
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }))
  return violations.flatMap(({ impact, id, help, nodes }) =>
    nodes.map(({ target, any }) => `${impact} ${id}: ${help}, ${target.join(' ')} ${any[0]?.message ?? ''}`.trim()),
  )
}

// As much of the browser as is used here: the compiler is set to Node's types.
interface Violation {
  impact: string
  id: string
  help: string
  nodes: { target: string[]; any: { message: string }[] }[]
}
declare const axe: { run(context: unknown, options: object): Promise<{ violations: Violation[] }> }
declare const document: {
  adoptedStyleSheets: unknown[]
  getAnimations(): { finished: Promise<unknown> }[]
}
declare const CSSStyleSheet: new () => { replaceSync(text: string): void }
