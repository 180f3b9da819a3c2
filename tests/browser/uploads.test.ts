import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { picture, program, table } from './support/files.ts'
import { landscape } from '../../scripts/shared/landscape.ts'
import type { Person } from './support/person.ts'
import { Stage } from './support/stage.ts'
import { dragOver, drop, paste } from './support/transfer.ts'

// As `npm start` does.
const stage = Stage.set({ thumbnails: true })

/** Waits until the picture with this name is there and decoded. Returns its width in pixels. */
async function widthOf({ log }: Person, name: string): Promise<number> {
  const image = log.getByRole('img', { name, exact: true })
  await image.waitFor()
  return image.evaluate(async (element: Picture) => {
    await element.decode()
    return element.naturalWidth
  })
}

test('a picture that is chosen is seen by the others, and by oneself', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  const hills = { ...picture, name: 'hills.png', buffer: landscape(64, 48) }
  const chooser = ada.page.waitForEvent('filechooser')
  await ada.button('Attach files').click()
  await (await chooser).setFiles(hills)
  expect(await widthOf(bob, 'hills.png')).toBe(64)
  expect(await widthOf(ada, 'hills.png')).toBe(64)
  await ada.uploads.waitFor({ state: 'detached' })
})

test('a picture has its place and a blur before it is there, and nothing moves when it comes', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  let show = () => {}
  const shown = new Promise<void>((resolve) => (show = resolve))
  await bob.page.route(/hills/, async (route) => {
    await shown
    await route.continue()
  })
  await ada.attach({ ...picture, name: 'hills.png', buffer: landscape(600, 200) })
  const place = bob.button('Open hills.png')
  await place.locator('canvas[width="32"]').waitFor()
  const before = await place.boundingBox()
  expect(before!.width / before!.height).toBeCloseTo(3, 1)
  show()
  expect(await widthOf(bob, 'hills.png')).toBe(600)
  await place.locator('canvas').waitFor({ state: 'detached' })
  expect(await place.boundingBox()).toEqual(before)
})

test('a picture that was made small is shown so, the larger in its dialog, and downloaded as it was sent', async () => {
  const { room, people } = await stage.talk('ada', 'bob')
  const [ada] = people
  await ada.attach({ ...picture, name: 'hills.png', buffer: landscape(700, 350) })
  expect(await widthOf(ada, 'hills.png')).toBe(700)
  await stage.chat.bucket.idle()
  const later = await stage.enter(ada.userId, { at: `#/room/${room}` })
  expect(await widthOf(later, 'hills.png')).toBe(640)
  await later.button('Open hills.png').click()
  const large = later.dialog.getByRole('img', { name: 'hills.png' })
  await eventually(() => large.evaluate((image: Picture) => image.naturalWidth)).toBe(700)
  expect(await large.getAttribute('src')).toContain('/1280.webp?')
  const download = later.page.waitForEvent('download')
  await later.dialog.getByRole('button', { name: /^Download/ }).click()
  expect((await download).suggestedFilename()).toBe('hills.png')
})

test('files that are dropped on a conversation wait for Enter, and go with the text', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await dragOver(ada.conversation, picture)
  await ada.page.getByText('Drop to send to Kitchen').waitFor()
  await drop(ada.conversation, picture, { ...picture, name: 'other.png' })
  await ada.page.getByText('Drop to send to Kitchen').waitFor({ state: 'detached' })
  await ada.uploads.getByText('not sent yet').nth(1).waitFor()
  expect(await ada.uploads.locator('img').count()).toBe(2)
  await ada.button('Remove other.png').click()
  await ada.say('Look at this dot')
  expect(await widthOf(bob, 'dot.png')).toBe(1)
  await bob.sees('Look at this dot')
  expect(await bob.messages.count()).toBe(1)
})

test('a picture that is pasted waits for Enter, without a text too', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await paste(ada.field, { ...picture, name: 'image.png' })
  await ada.uploads.getByText('not sent yet').waitFor()
  await ada.field.press('Enter')
  expect(await widthOf(bob, 'image.png')).toBe(1)
})

test('a picture keeps its proportions, and a sound is played in its place', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  const sound = Buffer.alloc(44 + 800)
  sound.write('RIFF....WAVEfmt ')
  sound.writeUInt32LE(16, 16)
  sound.writeUInt32LE(0x1_0001, 20)
  sound.writeUInt32LE(8_000, 24)
  sound.writeUInt32LE(8_000, 28)
  sound.writeUInt32LE(0x8_0001, 32)
  sound.write('data', 36)
  sound.writeUInt32LE(800, 40)
  await ada.attach(
    { ...picture, name: 'wide.png', buffer: landscape(600, 100) },
    { name: 'beep.wav', mimeType: 'audio/wav', buffer: sound },
  )
  expect(await widthOf(bob, 'wide.png')).toBe(600)
  const { width, height } = (await bob.log.getByRole('img', { name: 'wide.png' }).boundingBox())!
  expect(width / height).toBeCloseTo(6, 0)
  const player = bob.log.locator('audio')
  await player.evaluate((element: Player) => element.play())
  expect(await player.evaluate((element: Player) => element.duration)).toBeCloseTo(0.1)
  await bob.log.getByRole('link', { name: 'Download beep.wav' }).waitFor()
})

test('a picture whose address does not work gets another, whatever the clock of the device says', async () => {
  const { room, people } = await stage.talk('ada')
  const [ada] = people
  await ada.attach(picture)
  await widthOf(ada, 'dot.png')
  const page = await stage.enter(ada.userId)
  await page.page.addInitScript(() => {
    const { now } = Date
    Date.now = () => now() + 20 * 60_000
  })
  page.problems.expect(/\b403\b/)
  const refusal = { status: 403, headers: { 'access-control-allow-origin': '*' } }
  await page.page.route(`${stage.chat.bucket.endpoint}/**`, (route) => route.fulfill(refusal), { times: 1 })
  await page.page.goto(`${stage.chat.url}/?as=${ada.userId}&again#/room/${room}`)
  await eventually(() => page.log.locator('.picture img').evaluate((image: Picture) => image.naturalWidth)).toBe(1)
})

test('a picture whose address has expired is shown and downloaded from a new one', async () => {
  const { room, people } = await stage.talk('ada')
  const [ada] = people
  await ada.attach(picture)
  await widthOf(ada, 'dot.png')
  await ada.page.evaluate(() => {
    const [now, monotonic] = [Date.now, performance.now.bind(performance)]
    Date.now = () => now() + 20 * 60_000
    performance.now = () => monotonic() + 20 * 60_000
  })
  await ada.page.evaluate(`location.hash = '#/'`)
  const image = ada.log.locator('.picture img')
  await image.waitFor({ state: 'detached' })
  await ada.page.evaluate(`location.hash = '#/room/${room}'`)
  await eventually(() => image.evaluate((shown: Picture) => shown.naturalWidth)).toBe(1)
  await ada.log.getByRole('button', { name: /dot\.png/ }).click()
  const download = ada.page.waitForEvent('download')
  await ada.dialog.getByRole('button', { name: /^Download/ }).click()
  expect((await download).suggestedFilename()).toBe('dot.png')
})

test('an address that has expired is not followed without a connection, which is said', async () => {
  const { people } = await stage.talk('ada')
  const [ada] = people
  await ada.attach(table)
  await ada.log.getByRole('link', { name: `Download ${table.name}` }).waitFor()
  await ada.page.evaluate(() => {
    const [now, monotonic] = [Date.now, performance.now.bind(performance)]
    Date.now = () => now() + 20 * 60_000
    performance.now = () => monotonic() + 20 * 60_000
  })
  await stage.disconnect(ada)
  await ada.log.getByRole('link', { name: `Download ${table.name}` }).click()
  await ada.log.getByRole('alert').getByText('The file can be opened when there is a connection again.').waitFor()
})

test('files over a conversation are forgotten when they go without a word, and dropped beside it are not opened', async () => {
  const { people } = await stage.talk('ada')
  const [ada] = people
  await dragOver(ada.conversation, picture)
  await ada.page.getByText('Drop to send to Kitchen').waitFor()
  await ada.page.getByText('Drop to send to Kitchen').waitFor({ state: 'detached' })
  expect(await drop(ada.list, picture)).toBe(false)
  expect(await ada.uploads.count()).toBe(0)
})

test('another file is a card that gives the bytes, under its name', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await ada.attach(table)
  const card = bob.log.getByRole('link', { name: `Download ${table.name}` })
  await card.waitFor()
  expect(await card.textContent()).toContain('18 bytes · text/csv')
  const download = bob.page.waitForEvent('download')
  await card.click()
  const file = await download
  expect(file.suggestedFilename()).toBe(table.name)
  expect(await readFile(await file.path())).toEqual(table.buffer)
})

test('an upload shows how far it is, and can be cancelled', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  ada.problems.expect(/ERR_FAILED/)
  // Never answered, so that the upload never ends.
  const bucket = `${stage.chat.bucket.endpoint}/**`
  await ada.page.route(bucket, () => {})
  const asked = ada.page.waitForRequest(bucket)
  await ada.attach(picture)
  const bar = ada.page.getByRole('progressbar', { name: 'dot.png' })
  await bar.waitFor()
  await asked
  const gone = ada.page.waitForEvent('requestfailed')
  await ada.button('Cancel dot.png').click()
  await gone
  await ada.uploads.waitFor({ state: 'detached' })
  await ada.say('never mind')
  await bob.sees('never mind')
  expect(await bob.messages.count()).toBe(1)
})

test('an upload that the bucket does not take says so, and can be tried again', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  ada.problems.expect(/\b403\b/)
  const refusal = { status: 403, headers: { 'access-control-allow-origin': '*' } }
  await ada.page.route(`${stage.chat.bucket.endpoint}/**`, (route) => route.fulfill(refusal), { times: 1 })
  await ada.attach(picture)
  await ada.uploads.getByRole('alert').getByText('The bucket answered 403.').waitFor()
  await ada.button('Try dot.png again').click()
  expect(await widthOf(bob, 'dot.png')).toBe(1)
  await ada.uploads.waitFor({ state: 'detached' })
})

test.for([
  { file: program, words: 'Files of this type are not accepted.' },
  {
    file: { name: 'not-really.png', mimeType: 'image/png', buffer: Buffer.from('<html>') },
    words: 'What is in the file is not what its name says.',
  },
  { file: { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) }, words: 'This file is empty.' },
  {
    file: { ...picture, name: `${'n'.repeat(252)}.png` },
    words: 'The name of the file is longer than 255 characters.',
  },
])('$file.name is refused with words, and can only be taken off the list', async ({ file, words }) => {
  const { people } = await stage.talk('ada')
  const [ada] = people
  await ada.attach(file)
  await ada.uploads.getByRole('alert').waitFor()
  expect(await ada.uploads.getByRole('alert').textContent()).toBe(words)
  expect(await ada.button(`Try ${file.name} again`).count()).toBe(0)
  await ada.button(`Remove ${file.name}`).click()
  await ada.uploads.waitFor({ state: 'detached' })
  expect(await ada.messages.count()).toBe(0)
})

// As much of the browser as is used here: the compiler is set to Node's types.
interface Picture {
  naturalWidth: number
  decode(): Promise<void>
}
interface Player {
  duration: number
  play(): Promise<void>
}
