import { expect, test } from 'vitest'
import { unique } from '../support/runtime.ts'
import { eventually } from './support/eventually.ts'
import { program } from './support/files.ts'
import type { Person } from './support/person.ts'
import { phone, Stage } from './support/stage.ts'
import { violationsOf } from './support/violations.ts'

const stage = Stage.set()

/** Returns the brightness of the background, from 0 to 255. */
const brightness = ({ page }: Person): Promise<number> =>
  page.locator('body').evaluate((body) => {
    const channels = getComputedStyle(body).backgroundColor.match(/\d+/g)!.slice(0, 3).map(Number)
    return channels.reduce((sum, channel) => sum + channel, 0) / 3
  })

/** Returns by how many pixels something is wider than the screen. */
const overflow = ({ page }: Person): Promise<number> =>
  page.evaluate(() =>
    Math.max(
      ...[document.documentElement, document.body].map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth),
    ),
  )

test.for(['light', 'dark'] as const)('the page is %s where the device is', async (colorScheme) => {
  const ada = await stage.enter(unique('ada'), { colorScheme })
  expect((await brightness(ada)) > 128).toBe(colorScheme === 'light')
})

test('the page follows a device that turns dark', async () => {
  const ada = await stage.enter(unique('ada'), { colorScheme: 'light' })
  await ada.page.emulateMedia({ colorScheme: 'dark' })
  await eventually(() => brightness(ada)).toBeLessThan(128)
})

test('the colours can be chosen, over what the device wants and over a reload', async () => {
  const ada = await stage.enter(unique('ada'), { colorScheme: 'light' })
  await ada.button('Colours: as the device').click()
  await ada.button('Colours: light').click()
  await ada.button('Colours: dark').waitFor()
  expect(await brightness(ada)).toBeLessThan(128)
  await ada.page.reload()
  await ada.button('Colours: dark').waitFor()
  expect(await brightness(ada)).toBeLessThan(128)
  await ada.button('Colours: dark').click()
  expect(await brightness(ada)).toBeGreaterThan(128)
})

test('more is shown at once for whoever chooses it, also after a reload', async () => {
  const [ada] = (await stage.talk('ada', 'bob')).people
  await ada.say('one', 'two')
  await ada.sees('two')
  const height = async () => (await ada.log.locator('.group').boundingBox())!.height
  const roomy = await height()
  await ada.button('Settings').click()
  await ada.dialog.getByRole('checkbox', { name: 'Show more at once' }).check()
  await ada.page.keyboard.press('Escape')
  await eventually(height).toBeLessThan(0.8 * roomy)
  await ada.page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await violationsOf(ada.page)).toEqual([])
  await ada.page.reload()
  await ada.sees('two')
  await eventually(height).toBeLessThan(0.8 * roomy)
})

test('nothing moves for whoever wants it calm', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await bob.page.emulateMedia({ reducedMotion: 'reduce' })
  await ada.field.pressSequentially('Hi')
  await bob.typing.getByText('is typing').waitFor()
  const running = () =>
    bob.page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === 'running').length)
  await eventually(running).toBe(0)
  await bob.page.emulateMedia({ reducedMotion: 'no-preference' })
  await eventually(running).toBeGreaterThan(0)
})

test('a phone shows the list, then the conversation, then the list again', async () => {
  const ada = unique('ada')
  await stage.room('Kitchen', [ada])
  const page = await stage.enter(ada, phone)
  await page.link('Kitchen').tap()
  await page.isReady()
  await page.list.waitFor({ state: 'hidden' })
  await page.say('from a phone')
  await page.sees('from a phone')
  await page.page.getByRole('link', { name: 'Back to the list' }).tap()
  await page.link('Kitchen').waitFor()
  await page.log.waitFor({ state: 'hidden' })
})

test('on a phone, whoever is in no room yet can go into one, write to somebody and sign out', async () => {
  const ada = await stage.enter(unique('ada'), phone)
  await ada.button('Enter the lobby').waitFor()
  await ada.button('Colours: as the device').tap()
  await ada.button('Message somebody').tap()
  await ada.dialog.getByRole('textbox', { name: 'To' }).waitFor()
  await ada.dialog.getByRole('button', { name: 'Close' }).tap()
  await ada.button('Sign out').tap()
  await ada.page.getByRole('textbox', { name: 'Your name' }).waitFor()
})

test.for([320, 390])('nothing is wider than a phone of %i px, whatever is written', async (width) => {
  const ada = unique('ada')
  const room = await stage.room(`A room with ${'a very '.repeat(14)}long name`, [ada])
  const page = await stage.enter(ada, { ...phone, viewport: { width, height: 640 }, at: `#/room/${room}` })
  await page.isReady()
  await page.say('W'.repeat(400), `https://example.com/${'path/'.repeat(60)}`, 'many words '.repeat(50).trim())
  await eventually(() => page.messages.count()).toBe(3)
  expect(await overflow(page)).toBe(0)
  const spilling = await page.log.evaluate((log: Log) =>
    [log, ...log.querySelectorAll('*')].filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth),
  )
  expect(spilling).toEqual([])
  await page.button('Details').tap()
  await page.page.getByRole('complementary', { name: 'Details' }).waitFor()
  expect(await overflow(page)).toBe(0)
  await page.button('Close details').tap()
  await page.page.getByRole('link', { name: 'Back to the list' }).tap()
  await page.list.waitFor()
  expect(await overflow(page)).toBe(0)
})

const TARGET_PX = 44

/** Returns the targets that are smaller than a finger. A link in a message may be as high as its line. */
async function smallTargets({ page }: Person): Promise<string[]> {
  const found: string[] = []
  for (const target of await page.locator('button, input:not([hidden]), textarea, a:not(.text a, .skip)').all()) {
    // A choice can also be made by a tap on its label.
    const choice = target.locator('xpath=ancestor::label[contains(@class, "choice")]')
    const box = await ((await choice.count()) > 0 ? choice : target).boundingBox()
    // What is folded away has no size.
    if (!box || box.width * box.height === 0) continue
    const [width, height] = [Math.round(box.width), Math.round(box.height)]
    if (width >= TARGET_PX && height >= TARGET_PX) continue
    found.push(`${await target.evaluate((element: Shown) => element.outerHTML.slice(0, 80))}: ${width} × ${height}`)
  }
  return found
}

test('on a phone, whatever is tapped is at least 44 px in both directions', async () => {
  const [ada, bob] = [unique('ada'), unique('bob')]
  const room = await stage.room('Kitchen', [ada, bob])
  const page = await stage.enter(ada, phone)
  await page.link('Kitchen').waitFor()
  expect(await smallTargets(page)).toEqual([])
  await page.link('Kitchen').tap()
  await page.isReady()
  await stage.say(room, bob, 'hello')
  await page.sees('hello')
  expect(await smallTargets(page)).toEqual([])
  await page.button('Details').tap()
  await page.page.getByRole('link', { name: `Message ${bob}` }).waitFor()
  expect(await smallTargets(page)).toEqual([])
  await page.button('Close details').tap()
  await page.page.getByRole('link', { name: 'Back to the list' }).tap()
  for (const name of ['New room', 'Join a room', 'New message']) {
    await page.button(name).tap()
    await page.dialog.waitFor()
    expect(await smallTargets(page)).toEqual([])
    await page.dialog.getByRole('button', { name: 'Close' }).tap()
  }
})

test('on a phone, what helps when something fails is as large', async () => {
  const ada = unique('ada')
  const room = await stage.room('Kitchen', [ada])
  const page = await stage.enter(ada, { ...phone, at: `#/room/${room}` })
  await page.isReady()
  await page.attach(program)
  await page.uploads.getByRole('alert').waitFor()
  await page.page.clock.install()
  await page.page.clock.pauseAt(Date.now() + 1_000)
  stage.cut(page)
  await page.button('Try now').waitFor()
  expect(await smallTargets(page)).toEqual([])
})

// As much of the browser as is used here: the compiler is set to Node's types.
interface Shown {
  outerHTML: string
}
interface Sized {
  scrollWidth: number
  clientWidth: number
}
interface Log extends Sized {
  querySelectorAll(selector: string): Iterable<Sized>
}
declare const document: { documentElement: Sized; body: Sized; getAnimations(): { playState: string }[] }
declare const getComputedStyle: (element: unknown) => { backgroundColor: string }
