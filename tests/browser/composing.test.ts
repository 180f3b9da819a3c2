import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { picture } from './support/files.ts'
import { landscape } from '../../scripts/shared/landscape.ts'
import { Stage } from './support/stage.ts'
import { drop } from './support/transfer.ts'
import { violationsOf } from './support/violations.ts'

const stage = Stage.set()

test('what is formatted can be seen before it is sent; pasted code is a block; a few emoji are large', async () => {
  const [ada, bob] = (await stage.talk('ada', 'bob')).people
  await ada.field.fill('**bold** words')
  await ada.button('Preview').click()
  await ada.page.getByRole('region', { name: 'Preview' }).locator('strong', { hasText: 'bold' }).waitFor()
  await ada.page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await violationsOf(ada.page)).toEqual([])
  await ada.field.fill('')
  await ada.page.getByRole('region', { name: 'Preview' }).waitFor({ state: 'detached' })

  await ada.field.evaluate((field: Field) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', 'if (tea) {\n  drink()\n}')
    field.focus()
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  })
  expect(await ada.field.inputValue()).toBe('```\nif (tea) {\n  drink()\n}\n```\n')
  await ada.field.press('Enter')
  await bob.log.locator('pre', { hasText: 'drink()' }).waitFor()

  await ada.say('🎉')
  await bob.sees('🎉')
  const sizeOf = (text: string) =>
    bob
      .message(text)
      .locator('.text')
      .evaluate((element: object) => parseFloat(getComputedStyle(element).fontSize))
  expect(await sizeOf('🎉')).toBeGreaterThan(30)
  expect(await violationsOf(bob.page)).toEqual([])
})

test('a reply that is written in a thread is there after a reload, and not sent elsewhere', async () => {
  const [ada] = (await stage.talk('ada', 'bob')).people
  await ada.say('first', 'second')
  await ada.sees('second')
  const thread = ada.page.getByRole('complementary', { name: 'Thread' })
  const open = async (text: string) => {
    await ada.message(text).hover()
    await ada
      .message(text)
      .getByRole('button', { name: /^More about/ })
      .click()
    await ada.page.getByRole('menuitem', { name: 'Reply in a thread' }).click()
  }
  await open('first')
  await thread.getByRole('textbox').fill('half a reply')
  await ada.page.reload()
  await ada.isReady()
  await open('second')
  expect(await thread.getByRole('textbox').inputValue()).toBe('')
  await thread.getByRole('button', { name: 'Close thread' }).click()
  await open('first')
  expect(await thread.getByRole('textbox').inputValue()).toBe('half a reply')
})

test('emoji are found by their names behind a colon, and chosen beside the field', async () => {
  const [ada, bob] = (await stage.talk('ada', 'bob')).people
  await ada.page.emulateMedia({ reducedMotion: 'reduce' })
  await ada.field.pressSequentially('Well done :tad')
  const offered = ada.page.getByRole('listbox', { name: 'Emoji' })
  await offered.getByText(':tada:').waitFor()
  expect(await violationsOf(ada.page)).toEqual([])
  await ada.field.press('Enter')
  await eventually(() => ada.field.inputValue()).toBe('Well done 🎉 ')
  await ada.field.pressSequentially(':heart:')
  await eventually(() => ada.field.inputValue()).toBe('Well done 🎉 ❤️ ')
  await ada.field.pressSequentially('at 10:30 :-)')
  await ada.button('Emoji').click()
  await ada.page.getByRole('dialog', { name: 'Choose an emoji' }).getByRole('button', { name: '👍' }).first().click()
  await eventually(() => ada.field.inputValue()).toBe('Well done 🎉 ❤️ at 10:30 :-)👍')
  await ada.field.press('Enter')
  await bob.sees('Well done 🎉 ❤️ at 10:30 :-)👍')

  await ada.field.pressSequentially(':rock')
  await offered.waitFor()
  await ada.field.press('Escape')
  await offered.waitFor({ state: 'detached' })
  await ada.field.press('Enter')
  await bob.sees(':rock')
})

test('staged files change places, and arrive in that order', async () => {
  const [ada, bob] = (await stage.talk('ada', 'bob')).people
  const names = ['a.png', 'b.png', 'c.png']
  await drop(ada.conversation, ...names.map((name, index) => ({ ...picture, name, buffer: landscape(20 + index, 20) })))
  await ada.uploads.getByText('not sent yet').nth(2).waitFor()
  await ada.page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await violationsOf(ada.page)).toEqual([])
  await ada.button('Move c.png before b.png').click()
  await ada.button('Move c.png before a.png').click()
  await ada.say('In my order')
  await bob.button('Open b.png').waitFor()
  const shown = () =>
    bob.log.locator('.picture').evaluateAll((all) => all.map((one) => (one as unknown as Named).ariaLabel))
  await eventually(shown).toEqual(['Open c.png', 'Open a.png', 'Open b.png'])
  expect(await bob.messages.first().textContent()).toContain('In my order')
})

test('a question mark says what the keys do, where it writes nothing', async () => {
  const [ada] = (await stage.talk('ada', 'bob')).people
  await ada.field.press('?')
  expect(await ada.field.inputValue()).toBe('?')
  await ada.log.press('?')
  await ada.dialog.getByText('Edit your last message').waitFor()
  await ada.page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await violationsOf(ada.page)).toEqual([])
  await ada.page.keyboard.press('Escape')
  await ada.dialog.waitFor({ state: 'detached' })
  await ada.field.press('Control+/')
  await ada.dialog.getByText('Edit your last message').waitFor()
})

// As much of the browser as is used here: the compiler is set to Node's types.
interface Named {
  ariaLabel: string
}
interface Field {
  focus(): void
  dispatchEvent(event: object): void
}
declare class DataTransfer {
  setData(format: string, text: string): void
}
declare class ClipboardEvent {
  constructor(name: string, init: object)
}
declare function getComputedStyle(element: object): { fontSize: string }
