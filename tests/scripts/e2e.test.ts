import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { optionsOf } from '../../scripts/e2e/options.ts'
import { namePattern, selection } from '../../scripts/e2e/selection.ts'
import { commandWords } from '../../scripts/shared/token/command-words.ts'

const root = new URL('../../', import.meta.url)

test.for(Object.entries(selection))('every selected test is in %s', ([file, names]) => {
  const source = readFileSync(new URL(file, root), 'utf8')
  for (const name of names) {
    expect(
      [`'${name}'`, `"${name}"`].some((literal) => source.includes(literal)),
      name,
    ).toBe(true)
  }
})

const messages = 'tests/integration/messages.integration.test.ts'
const rooms = 'tests/integration/rooms.integration.test.ts'

test.for([
  ['a broadcast reaches every connection of every member, the sending one too, and says that it is one', true],
  ['content arrives and is kept as it was sent: every plane of Unicode', true],
  ['a message is stored under the names that were specified', false],
  ['whether a message without a clientMessageId has none in its event', false],
  ['getRoom tells those outside the same, whether or not the room exists', false],
] as const)('of the files that run, %j is selected: %j', ([name, selected]) => {
  expect(namePattern([messages]).test(name)).toBe(selected)
})

test('a name with line breaks in its parameter is selected', () => {
  const name = 'a cursor forged to "\n" moves the start within what the user may read, or is refused'
  expect(namePattern([rooms]).test(name)).toBe(true)
})

test.for<[command: string, words: string[]]>([
  ['mytool token {userId}', ['mytool', 'token', '{userId}']],
  ['  mytool   token  ', ['mytool', 'token']],
  [`mytool -e "a 'b' c" 'd "e"'`, ['mytool', '-e', `a 'b' c`, 'd "e"']],
  [`mytool --user="{userId} x"`, ['mytool', '--user={userId} x']],
  [`mytool '' ""`, ['mytool', '', '']],
  ['mytool $HOME;rm `x`', ['mytool', '$HOME;rm', '`x`']],
])('the words of %j', ([command, words]) => {
  expect(commandWords(command)).toEqual(words)
})

test('an empty token command is refused', () => {
  expect(() => commandWords('  ')).toThrow('it is empty')
})

test('by default, every file of the selection is run, with tokens of the local runtime', () => {
  expect(optionsOf(['--url', 'ws://localhost:8080/local'])).toEqual({
    deployment: { url: 'ws://localhost:8080/local' },
    files: Object.keys(selection),
  })
})

test('parts of names choose files, and a command gives the tokens', () => {
  const args = ['--url', 'wss://chat.example', '--token-command', 'mytool {userId}', 'messages', 'rooms']
  expect(optionsOf(args)).toEqual({
    deployment: { url: 'wss://chat.example', tokenCommand: ['mytool', '{userId}'] },
    files: [messages, rooms],
  })
})

test('a local runtime gives the tokens for another stack', () => {
  expect(optionsOf(['--url', 'wss://chat.example', '--tokens-of', 'ws://localhost:8080/local']).deployment).toEqual({
    url: 'wss://chat.example',
    tokensOf: 'ws://localhost:8080/local',
  })
})

test.for<[args: string[], reason: string]>([
  [[], 'usage:'],
  [['--url', 'wss://chat.example'], '{userId} as its sub'],
  [['--url', 'wss://chat.example', '--tokens-of', 'localhost'], 'usage:'],
  [['--url', 'wss://chat.example', '--tokens-of', 'ws://localhost/', '--token-command', 'x'], 'usage:'],
  [['--url', 'https://chat.example'], 'usage:'],
  [['--url', 'ws://chat.example', 'no-such-file'], 'no-such-file'],
  [['--url', 'wss://chat.example', '--token-command', ''], 'it is empty'],
  [['--url', 'wss://chat.example', '--tokens', 'x'], '--tokens'],
])('the command line %j is refused', ([args, reason]) => {
  expect(() => optionsOf(args)).toThrow(reason)
})
