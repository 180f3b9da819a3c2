import { expect, test } from 'vitest'
import { unique } from '../support/runtime.ts'
import { eventually } from './support/eventually.ts'
import type { Person } from './support/person.ts'
import { Stage } from './support/stage.ts'

const stage = Stage.set()

/** Returns the focused element. */
const focused = ({ page }: Person) => page.locator(':focus')

test('the keyboard is enough to sign in, to go to a room, to send and to go on to the next', async () => {
  const name = unique('ada')
  await stage.room('Kitchen', [name])
  await stage.room('Garden', [name])
  const ada = await stage.arrive('/')
  const { keyboard } = ada.page
  await ada.page.getByRole('textbox', { name: 'Your name' }).and(focused(ada)).waitFor()
  await keyboard.type(name)
  await keyboard.press('Enter')
  await ada.link('Kitchen').waitFor()

  await keyboard.press('Control+k')
  await ada.dialog.getByRole('combobox', { name: 'Room or person' }).and(focused(ada)).waitFor()
  expect(await ada.dialog.getByRole('option').allTextContents()).toEqual(['Garden', 'Kitchen'])
  await keyboard.press('ArrowDown')
  await ada.dialog.getByRole('option', { name: 'Kitchen', selected: true }).waitFor()
  await keyboard.press('Enter')
  await ada.page.getByRole('textbox', { name: 'Message Kitchen' }).and(focused(ada)).waitFor()
  await keyboard.type('Typed, not clicked')
  await keyboard.press('Enter')
  await ada.sees('Typed, not clicked')

  await keyboard.press('Alt+ArrowDown')
  await ada.page.getByRole('textbox', { name: 'Message Garden' }).and(focused(ada)).waitFor()
})

test('the switcher finds a room by a part of its name', async () => {
  const name = unique('ada')
  await stage.room('Kitchen', [name])
  await stage.room('Garden', [name])
  const ada = await stage.enter(name)
  await ada.link('Garden').waitFor()
  await ada.page.keyboard.press('Control+k')
  await ada.dialog.waitFor()
  await ada.page.keyboard.type('arde')
  await eventually(() => ada.dialog.getByRole('option').allTextContents()).toEqual(['Garden'])
  await ada.page.keyboard.press('Enter')
  await ada.page.getByRole('heading', { name: 'Garden', level: 1 }).waitFor()
})

test.for(['Go to …', 'New room', 'Join a room', 'New message'])(
  'Escape closes what "%s" opens, and the focus goes back',
  async (name) => {
    const ada = await stage.enter(unique('ada'))
    const button = ada.page.getByRole('button', { name: new RegExp(`^${name}`) })
    await button.focus()
    await ada.page.keyboard.press('Enter')
    await ada.dialog.waitFor()
    await ada.dialog.locator(':focus').waitFor()
    await ada.page.keyboard.press('Escape')
    await ada.dialog.waitFor({ state: 'detached' })
    await button.and(focused(ada)).waitFor()
  },
)

test('the first Tab offers to skip the list', async () => {
  const ada = await stage.enter(unique('ada'))
  await ada.button('Enter the lobby').waitFor()
  await ada.page.keyboard.press('Tab')
  await ada.page.getByRole('link', { name: 'Skip to the conversation' }).and(focused(ada)).waitFor()
  await ada.page.keyboard.press('Enter')
  await ada.conversation.and(focused(ada)).waitFor()
})

test('the focus stays inside a dialog', async () => {
  const ada = await stage.enter(unique('ada'))
  await ada.button('New room').click()
  await ada.dialog.getByRole('textbox', { name: 'Name' }).and(focused(ada)).waitFor()
  for (let steps = 0; steps < 8; steps++) {
    await ada.page.keyboard.press('Tab')
    expect(await ada.page.locator('.app > :not(dialog) :focus').count()).toBe(0)
  }
})
