import { expect, test } from 'vitest'
import { unique } from '../support/runtime.ts'
import { eventually } from './support/eventually.ts'
import { picture } from './support/files.ts'
import { Stage } from './support/stage.ts'

const stage = Stage.set()

/** Each of these would set `globalThis.wasRun` if it became HTML. */
const dangerous = [
  '<script>globalThis.wasRun = true</script>',
  '<img src=x onerror="globalThis.wasRun = true">',
  '<svg onload="globalThis.wasRun = true">',
  '<a href="javascript:globalThis.wasRun = true">click</a>',
  'javascript:globalThis.wasRun=true',
  'data:text/html,<script>globalThis.wasRun=true</script>',
  '"><iframe srcdoc="<script>parent.wasRun = true</script>">',
  '&lt;b&gt; stays as it is written, and &amp; too',
]

test('a script, a handler or a javascript: link in a message stays text', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await ada.say(...dangerous)
  await bob.sees(...dangerous)
  for (const person of [ada, bob]) {
    expect(await person.texts()).toEqual(dangerous)
    expect(await person.messages.locator('.bubble :is(script, svg, img, iframe, a, b)').count()).toBe(0)
    expect(await person.page.evaluate(() => 'wasRun' in globalThis)).toBe(false)
  }
})

test('letters with many combining marks are clipped, others are not', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada] = people
  await ada.say('plain', `Z${'\u0351\u036b\u0343'.repeat(100)}`)
  await ada.sees('plain')
  const clips = () =>
    ada.page.evaluate<string[]>("[...document.querySelectorAll('.bubble')].map((one) => getComputedStyle(one).contain)")
  await eventually(clips).toEqual(['none', 'paint'])
})

test('a room that is called like that has that name, and nothing else', async () => {
  const ada = unique('ada')
  const rooms: string[] = []
  for (const name of dangerous) rooms.push(await stage.room(name, [ada]))
  const page = await stage.enter(ada)
  await eventually(() => page.list.getByRole('link').count()).toBe(dangerous.length)
  const listed = await page.list.locator('.conversation-link .grow').allTextContents()
  expect(listed.sort()).toEqual([...dangerous].sort())
  for (const [index, name] of dangerous.entries()) {
    await page.list.locator(`[href="#/room/${rooms[index]}"]`).click()
    await page.page.getByRole('heading', { name, level: 1, exact: true }).waitFor()
    await page.isReady()
    await eventually(() => page.page.title()).toBe(`${name.replaceAll(/\s+/g, ' ')} – Tabletalk`)
    expect(await page.page.locator('iframe, img, [onerror], [onload], [href^="javascript:" i]').count()).toBe(0)
  }
  expect(await page.page.evaluate(() => 'wasRun' in globalThis)).toBe(false)
})

test('a user and a file with such names are shown by them', async () => {
  const [ada, eve] = [unique('ada'), `<img src=x onerror=globalThis.wasRun=true>${unique('eve')}`]
  const room = await stage.room('Kitchen', [ada, eve])
  const [one, other] = [
    await stage.enter(ada, { at: `#/room/${room}` }),
    await stage.enter(eve, { at: `#/room/${room}` }),
  ]
  await one.isReady()
  await other.isReady()
  const name = '"><img src=x onerror=globalThis.wasRun=true>.png'
  await other.field.pressSequentially('hi')
  await one.typing.getByText(`${eve} is typing …`).waitFor()
  await other.field.press('Enter')
  await other.attach({ ...picture, name })
  await one.log.getByRole('img', { name, exact: true }).waitFor()
  await one.button(`Open ${name}`).click()
  await one.dialog.getByRole('heading', { name, exact: true }).waitFor()
  expect(await one.log.locator('.sender').allTextContents()).toEqual([eve])
  expect(await one.page.locator('[onerror]').count()).toBe(0)
  expect(await one.page.evaluate(() => 'wasRun' in globalThis)).toBe(false)
})

test('only web and mail addresses are links, and they give nothing of this page away', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  const text = 'See https://example.com/a?b=1, http://example.org and ftp://example.net or mailto:a@example.com.'
  await ada.say(text)
  await bob.messages.waitFor()
  expect(await bob.texts()).toEqual([text])
  const links = bob.log.locator('.text a')
  const attributes = await links.evaluateAll((elements: Link[]) =>
    elements.map(({ href, target, rel }) => ({ href, target, rel })),
  )
  expect(attributes).toEqual(
    ['https://example.com/a?b=1', 'http://example.org/', 'mailto:a@example.com'].map((href) => ({
      href,
      target: '_blank',
      rel: expect.stringMatching(/^(?=.*\bnoopener\b)(?=.*\bnoreferrer\b)/) as string,
    })),
  )
})

test('the page sends a policy that keeps a script or a javascript: link from running, and the browser reports it', async () => {
  const { people } = await stage.talk('ada')
  const [ada] = people
  ada.problems.expect(
    /^policy: (script-src-elem inline|require-trusted-types-for)|^console: .*(javascript:|TrustedScript)/s,
  )
  await ada.page.evaluate(() => {
    const script = document.createElement('script')
    script.append('globalThis.wasRun = true')
    const link = document.createElement('a')
    link.href = 'javascript:globalThis.wasRun=true'
    document.body.append(script, link)
    link.click()
  })
  const told = () => ada.problems.all.filter((problem) => problem.startsWith('policy: '))
  await eventually(told).toEqual([
    expect.stringMatching(/^policy: require-trusted-types-for .*HTMLScriptElement/),
    'policy: script-src-elem inline',
  ])
  expect(await ada.page.evaluate(() => 'wasRun' in globalThis)).toBe(false)
})

test('no string becomes HTML, and no code comes from a string', async () => {
  const { people } = await stage.talk('ada')
  const [ada] = people
  ada.problems.expect(/^policy: (require-trusted-types-for|script-src eval)|^console: .*(Trusted|eval)/s)
  const html = ada.page.evaluate(() => (document.body.innerHTML = '<b>bold</b>'))
  await expect(html).rejects.toThrow('TrustedHTML')
  await eventually(() => ada.problems.all.join('\n')).toContain('policy: require-trusted-types-for')
})

test('a picture or a request of another origin is not fetched', async () => {
  const { people } = await stage.talk('ada')
  const [ada] = people
  ada.problems.expect(
    /^policy: (img-src|connect-src)|^console: .*Content Security Policy|^console: .*Fetch API|^request:/s,
  )
  await ada.page.evaluate(() => {
    new Image().src = 'https://tracker.example/dot.gif'
    fetch('https://tracker.example/').catch(() => {})
  })
  const told = () => ada.problems.all.filter((problem) => problem.startsWith('policy: ')).sort()
  await eventually(told).toEqual([
    'policy: connect-src https://tracker.example/',
    'policy: img-src https://tracker.example/dot.gif',
  ])
})

test('a link to this page cannot bring a javascript: address along', async () => {
  const ada = await stage.enter(unique('ada'), { at: '#/room/javascript%3Aalert(1)' })
  await ada.page.getByRole('heading', { name: 'javascript:alert(1)', level: 1 }).waitFor()
  await ada.page.getByText('There is no room with such an id.').waitFor()
})

// As much of the browser as is used here: the compiler is set to Node's types.
interface Link {
  href: string
  target: string
  rel: string
}
declare const document: {
  createElement(name: string): { href: string; append(text: string): void; click(): void }
  body: { innerHTML: string; append(...children: unknown[]): void }
}
declare const Image: new () => { src: string }
