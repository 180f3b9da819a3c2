import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { picture, table } from './support/files.ts'
import { landscape } from '../../scripts/shared/landscape.ts'
import type { Person } from './support/person.ts'
import { phone, Stage } from './support/stage.ts'
import { violationsOf } from './support/violations.ts'

const stage = Stage.set()

const hills = (name: string, width = 600) => ({ ...picture, name, buffer: landscape(width, 200) })

/** Sends pictures one after the other, so that they are in this order. */
async function sendPictures(person: Person, ...names: readonly string[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    await person.attach(hills(name, 600 + index))
    await person.button(`Open ${name}`).waitFor()
  }
}

/** Returns the position that the viewer announces. */
const position = ({ dialog }: Person) => dialog.getByRole('status').textContent()

test('a picture opens in a viewer of all pictures, which the keys go through', async () => {
  const [ada, bob] = (await stage.talk('ada', 'bob')).people
  await sendPictures(ada, 'one.png', 'two.png')
  await ada.attach(table)
  await bob.attach(hills('three.png'))
  await bob.button('Open three.png').waitFor()
  await bob.page.emulateMedia({ reducedMotion: 'reduce' })
  await bob.button('Open two.png').focus()
  await bob.page.keyboard.press('Enter')
  await bob.page.getByRole('dialog', { name: 'two.png' }).waitFor()
  await eventually(() => position(bob)).toBe('2 of 3, two.png')
  const large = (name: string) => bob.dialog.getByRole('img', { name, exact: true })
  await eventually(() => large('two.png').evaluate((image: Picture) => image.naturalWidth)).toBe(601)
  await bob.dialog.getByText(ada.userId).waitFor()
  expect(await violationsOf(bob.page)).toEqual([])
  await bob.page.emulateMedia({ colorScheme: 'dark' })
  expect(await violationsOf(bob.page)).toEqual([])

  await bob.page.keyboard.press('ArrowRight')
  await eventually(() => position(bob)).toBe('3 of 3, three.png')
  await bob.page.keyboard.press('ArrowRight')
  await bob.page.keyboard.press('Home')
  await eventually(() => position(bob)).toBe('1 of 3, one.png')
  await bob.page.keyboard.press('ArrowLeft')
  await bob.button('Next picture').click()
  await eventually(() => position(bob)).toBe('2 of 3, two.png')

  const download = bob.page.waitForEvent('download')
  await bob.button(/^Download/).click()
  expect((await download).suggestedFilename()).toBe('two.png')
  await bob.page.keyboard.press('Escape')
  await bob.dialog.waitFor({ state: 'detached' })
  await eventually(() => bob.button('Open two.png').evaluate(isFocused)).toBe(true)
})

test('the viewer shows the caption, closes when its picture is deleted, and leads to the message', async () => {
  const [ada, bob] = (await stage.talk('ada', 'bob')).people
  await ada.field.fill('Where we want to go')
  await ada.attach(hills('map.png'))
  await ada.uploads.getByText('not sent yet').waitFor()
  await ada.field.press('Enter')
  await bob.button('Open map.png').click()
  await bob.dialog.getByText('Where we want to go').waitFor()
  await bob.dialog.getByTitle('Show it in the conversation').click()
  await bob.dialog.waitFor({ state: 'detached' })
  await eventually(() => bob.page.url()).toMatch(/#\/room\/[^/]+\/\d+$/)

  await bob.button('Open map.png').click()
  await bob.dialog.waitFor()
  await ada.messages.first().hover()
  await ada.messages
    .first()
    .getByRole('button', { name: /^More about/ })
    .click()
  await ada.page.getByRole('menuitem', { name: 'Delete' }).click()
  await ada.dialog.getByRole('button', { name: 'Delete' }).click()
  await bob.dialog.waitFor({ state: 'detached' })
  await eventually(() => bob.messages.count()).toBe(0)
})

test('a picture of an earlier page is loaded when the viewer gets there', async () => {
  const { room, people } = await stage.talk('ada')
  const [ada] = people
  await sendPictures(ada, 'first.png')
  const text = (_: unknown, index: number) => ({
    senderId: ada.userId,
    content: `word ${index}`,
    timestamp: Date.now(),
  })
  await stage.past(room, Array.from({ length: 120 }, text))
  const reader = await stage.enter(ada.userId, { ...phone, reducedMotion: 'reduce', at: `#/room/${room}` })
  await reader.isReady()
  await sendPictures(reader, 'last.png')
  await reader.button('Open last.png').tap()
  await eventually(() => position(reader)).toBe('1 of 1 or more, last.png')
  expect(await violationsOf(reader.page)).toEqual([])
  await reader.button('Previous picture').tap()
  await eventually(() => position(reader)).toBe('1 of 2, first.png')
})

test('a text file can be read in the page, as nothing but text', async () => {
  const [ada, bob] = (await stage.talk('ada', 'bob')).people
  const said = '<script>alert(1)</script>\n# Not a title\nhttps://example.com/\n'
  await ada.attach({ name: 'notes.md', mimeType: 'text/markdown', buffer: Buffer.from(said) })
  await bob.button('Preview notes.md').click()
  const contents = bob.dialog.getByRole('region', { name: 'Contents of notes.md' })
  await contents.waitFor()
  expect(await contents.textContent()).toBe(said)
  expect(await contents.locator('*').count()).toBe(0)
  await bob.page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await violationsOf(bob.page)).toEqual([])
  await bob.page.keyboard.press('Escape')
  await bob.dialog.waitFor({ state: 'detached' })
  await eventually(() => bob.button('Preview notes.md').evaluate(isFocused)).toBe(true)

  bob.problems.expect(/\b403\b/)
  const refusal = { status: 403, headers: { 'access-control-allow-origin': '*' } }
  await bob.page.route(`${stage.chat.bucket.endpoint}/**`, (route) => route.fulfill(refusal))
  await bob.button('Preview notes.md').click()
  await bob.dialog.getByRole('alert').getByText('The file could not be loaded.').waitFor()
  await bob.dialog.getByRole('link', { name: /^Download/ }).waitFor()
})

// As much of the browser as is used here: the compiler is set to Node's types.
interface Picture {
  naturalWidth: number
}
declare const document: { activeElement: unknown }
const isFocused = (element: unknown): boolean => element === document.activeElement
