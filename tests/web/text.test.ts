import { describe, expect, test, vi } from 'vitest'
import { ChatError, matchesContentType } from '../../client/index.ts'
import { HUES, hueOf, initialsOf } from '../../web/src/text/avatar.ts'
import { fileSize } from '../../web/src/text/file-size.ts'
import { fileType, isPicture } from '../../web/src/text/file-type.ts'
import { setLocale } from '../../web/src/language/locale.ts'
import { dayName, dayOf, plainMoment, timeOf } from '../../web/src/text/date-text.ts'
import { isRoomId, roomIdFrom, roomIdIn } from '../../web/src/text/room-id.ts'
import { countText } from '../../web/src/text/count-text.ts'
import { errorSentence } from '../../web/src/text/error-sentence.ts'
import { LookAlikes } from '../../web/src/state/look-alikes.ts'
import { confusableKey } from '../../web/src/text/confusable-key.ts'
import { isLong } from '../../web/src/text/is-long.ts'
import { isolated } from '../../web/src/text/isolated.ts'
import { settled } from '../client/virtual-clock.ts'
import { lettersOf } from '../../web/src/text/letters-of.ts'
import { pastedFiles } from '../../web/src/text/pasted-files.ts'
import { pilesUp } from '../../web/src/text/piles-up.ts'
import { readersOf } from '../../web/src/text/readers-of.ts'
import { roomForText, roomSentence } from '../../web/src/text/room-for-text.ts'
import { splitFileName } from '../../web/src/text/split-file-name.ts'
import { isComposing } from '../../web/src/view/is-composing.ts'
import { shortcutOf } from '../../web/src/view/shortcut-of.ts'
import { typingSentence } from '../../web/src/text/typing-sentence.ts'

describe('avatars', () => {
  test.each([
    ['ada', 'A'],
    ['Ada Lovelace', 'AL'],
    ['ada.lovelace@example.com', 'AC'],
    ['Évariste Galois', 'ÉG'],
    ['田中 太郎', '田太'],
    ['👩‍👩‍👧 family', '👩‍👩‍👧F'],
    ['  ', '?'],
    ['Ada (London)', 'AL'],
    ['...', '?'],
  ])('the initials of %j are %j', (name, initials) => {
    expect(initialsOf(name)).toBe(initials)
  })

  test('the first users on a page have colours of their own', () => {
    expect(new Set(['ada', 'bob', 'dan', 'eve'].map(hueOf)).size).toBe(4)
  })

  test('a user has the same colour always, and users have many', () => {
    const hues = Array.from({ length: 200 }, (_, index) => hueOf(`user-${index}`))
    expect(hueOf('ada')).toBe(hueOf('ada'))
    expect(new Set(hues).size).toBe(HUES)
    expect(Math.max(...hues)).toBe(HUES - 1)
  })
})

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1_000, '1 kB'],
  [1_540, '1.5 kB'],
  [999_499, '999 kB'],
  [999_500, '1 MB'],
  [26_214_400, '26 MB'],
  [5_000_000_000_000, '5000 GB'],
])('a file of %i bytes has %s', (bytes, text) => {
  expect(fileSize(bytes)).toBe(text)
})

describe('days', () => {
  test('change at midnight, on days of 23 and 25 hours too', () => {
    for (let month = 0; month < 12; month += 1) {
      for (let day = 1; day < 28; day += 1) {
        const last = dayOf(new Date(2026, month, day, 23, 59, 59).getTime())
        expect(dayOf(new Date(2026, month, day).getTime())).toBe(last)
        expect(dayOf(new Date(2026, month, day + 1).getTime())).toBe(last + 1)
      }
    }
  })

  test('are called today, yesterday, by the weekday in this year, and else by the date', () => {
    const now = new Date(2026, 2, 14, 0, 30).getTime()
    expect(dayName(new Date(2026, 2, 14, 23).getTime(), now)).toBe('Today')
    expect(dayName(new Date(2026, 2, 13, 23, 59).getTime(), now)).toBe('Yesterday')
    expect(dayName(new Date(2026, 0, 5).getTime(), now)).toMatch(/\p{L}+.*5/u)
    expect(dayName(new Date(2026, 0, 5).getTime(), now)).not.toContain('2026')
    expect(dayName(new Date(2025, 11, 31).getTime(), now)).toContain('2025')
  })
})

const BINARY = new Uint8Array([0x50, 0x4b, 3, 4, 0, 0xff])
const UTF_16 = new Uint8Array([0xff, 0xfe, 0x61, 0])
const accepted = ['application/gzip', 'application/json', 'application/pdf', 'application/zip', 'image/*', 'text/*']
const isAccepted = (type: string) =>
  matchesContentType(type, [
    ...[...accepted, 'video/*', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ])

describe('the type of a file', () => {
  test.each([
    { name: 'a.png', type: 'image/png', bytes: '', declared: 'image/png' },
    { name: 'a.txt', type: 'text/plain;charset=utf-8', bytes: '', declared: 'text/plain' },
    { name: 'a.bin', type: 'Application/PDF', bytes: '', declared: 'application/pdf' },
    { name: 'Notes.MD', type: '', bytes: '# hi', declared: 'text/markdown' },
    { name: 'a.docx', type: '', bytes: 'PK', declared: expect.stringMatching(/wordprocessingml\.document$/) as string },
    { name: 'Makefile', type: '', bytes: 'äll:', declared: 'text/plain' },
    { name: 'a.constructor', type: '', bytes: 'x', declared: 'text/plain' },
    { name: 'a.zip', type: 'application/x-zip-compressed', bytes: BINARY, declared: 'application/zip' },
    { name: 'a.gz', type: 'application/x-gzip', bytes: BINARY, declared: 'application/gzip' },
    { name: 'a.tgz', type: 'application/x-compressed-tar', bytes: BINARY, declared: 'application/gzip' },
    { name: 'tea.csv', type: 'application/vnd.ms-excel', bytes: 'a,b\n', declared: 'text/csv' },
    { name: 'tea.csv', type: 'application/vnd.ms-excel', bytes: new Uint8Array([0x61, 0xe4]), declared: 'text/csv' },
    { name: 'tea.xls', type: 'application/vnd.ms-excel', bytes: BINARY, declared: undefined },
    { name: 'dot.png', type: 'application/octet-stream', bytes: BINARY, declared: 'image/png' },
    { name: 'a.zip', type: 'application/octet-stream', bytes: BINARY, declared: 'application/zip' },
    { name: 'IMG_1.HEIF', type: '', bytes: BINARY, declared: 'image/heif' },
    { name: 'scan.jfif', type: 'application/octet-stream', bytes: BINARY, declared: 'image/jpeg' },
    { name: 'film.wmv', type: '', bytes: BINARY, declared: 'video/x-ms-wmv' },
    { name: 'index.ts', type: 'video/mp2t', bytes: 'export const a = 1\n', declared: 'text/plain' },
    { name: 'index.mts', type: 'video/vnd.dlna.mpeg-tts', bytes: 'export {}\n', declared: 'text/plain' },
    { name: 'film.ts', type: 'video/mp2t', bytes: BINARY, declared: 'video/mp2t' },
    { name: 'conf.yaml', type: 'application/x-yaml', bytes: 'a: ä\n', declared: 'text/yaml' },
    { name: 'run.sh', type: 'application/x-shellscript', bytes: '#!/bin/sh\n', declared: 'text/x-sh' },
    { name: 'a.php', type: 'application/x-php', bytes: '<?php\n', declared: 'text/plain' },
    { name: 'notes.txt', type: '', bytes: UTF_16, declared: 'text/plain' },
    { name: 'setup.exe', type: 'application/x-msdownload', bytes: 'MZ', declared: undefined },
    { name: 'core', type: '', bytes: new Uint8Array([0x7f, 0xff, 0xfe]), declared: undefined },
    { name: 'long', type: '', bytes: `x${'é'.repeat(20_000)}`, declared: 'text/plain' },
  ])('of $name, which the browser calls "$type", is $declared', async ({ name, type, bytes, declared }) => {
    expect(await fileType(new File([bytes], name, { type }), isAccepted)).toEqual(declared)
  })

  test('is found without reading more than its beginning', async () => {
    const read: number[] = []
    const slice = (start = 0, end = Infinity) => {
      read.push(end - start)
      return new Blob(['text'])
    }
    expect(await fileType({ name: 'disk.vhdx1', type: '', slice }, isAccepted)).toBe('text/plain')
    expect(Math.max(...read)).toBeLessThan(100_000)
  })

  test('is none that the deployment refuses', async () => {
    expect(await fileType(new File(['a: b'], 'a.yaml'), (type) => type === 'image/png')).toBeUndefined()
    const table = new File(['a,b'], 'a.csv', { type: 'text/csv' })
    expect(await fileType(table, (type) => type === 'text/plain')).toBeUndefined()
  })

  test('a picture that could run something is no picture', () => {
    expect(['image/png', 'image/jpeg', 'image/webp'].every(isPicture)).toBe(true)
    expect(['image/svg+xml', 'image/png+xml', 'text/html', 'image/x-icon'].some(isPicture)).toBe(false)
  })
})

describe('ids of rooms', () => {
  test.each([
    ['Design team', 'design-team'],
    ['  Für Élise & friends! ', 'fur-elise-friends'],
    ['dm: no', 'dm-no'],
    ['日本', ''],
    ['x'.repeat(100), 'x'.repeat(64)],
    ['__proto__', '__proto__'],
  ])('%j becomes %j', (name, id) => {
    expect(roomIdFrom(name)).toBe(id)
  })
})

describe('sentences', () => {
  test('errors of the chat have words for people', () => {
    expect(errorSentence(new ChatError('room_not_found', 'unable to join; x'))).toBe(
      'There is no room with that id, or it is private.',
    )
    expect(errorSentence(new ChatError('upload_failed', 'unable to upload; type_mismatch'))).toMatch(
      /not what its name/,
    )
    expect(errorSentence(new ChatError('upload_failed', 'unable to upload; the bucket answered 403'))).toBe(
      'The bucket answered 403.',
    )
  })

  test.each([
    ['roomName', 'is longer than 128 characters', 'The name of the room is longer than 128 characters.'],
    ['members.2', 'contains a character that does not print', /^The name of member 3 contains a character that/],
    ['members', 'Too big: expected array to have <=100 items', 'The list of members has more than 100 names.'],
    ['chatRoomId', 'is not an id for a room', 'The id of the room cannot be used.'],
    ['recipientId', 'Too small: expected string to have >=1 characters', 'The name is empty.'],
    ['contentType', 'is not an allowed type', 'Files of this type are not accepted.'],
    ['clientMessageId', 'must be 1 to 64', 'It is not of the schema.'],
  ])('a request with a wrong %s, which %s, is told of', (path, problem, sentence) => {
    const message = 'unable to accept the frame; it is not of the schema'
    const error = new ChatError('invalid_request', message, false, { details: [{ path, problem }] })
    expect(errorSentence(error)).toMatch(sentence)
  })

  test('whatever else is thrown is told as it is', () => {
    expect(errorSentence(new Error('This file is empty.'))).toBe('This file is empty.')
    expect(errorSentence('odd')).toBe('Odd.')
  })

  test.each([
    [[], ''],
    [['ada'], 'ada is typing'],
    [['ada', 'bob'], 'ada and bob are typing'],
    [['ada', 'bob', 'eve'], 'Several people are typing'],
  ])('of %j it is said: %j', (names, sentence) => {
    expect(typingSentence(names)).toBe(sentence)
  })

  test('more than 99 is 99+, and what was counted no further says so', () => {
    expect([1, 99, 100].map((count) => countText(count))).toEqual(['1', '99', '99+'])
    expect([countText(50, true), countText(120, true)]).toEqual(['50+', '99+'])
  })
})

test.each([
  ['lobby', true],
  ['dm:4f', true],
  ['bad id', false],
  ['a'.repeat(65), false],
])('that %j may be the id of a room is %s', (id, expected) => {
  expect(isRoomId(id)).toBe(expected)
})

describe('what is pasted', () => {
  const picture = new File(['x'], 'image.png', { type: 'image/png' })
  const report = new File(['x'], 'my report.pdf', { type: 'application/pdf' })
  const pasted = (files: File[], text = '') => pastedFiles({ files, getData: () => text })

  test('is a picture when there is nothing else', () => {
    expect(pasted([picture])).toEqual([picture])
    expect(pasted([picture], ' \n')).toEqual([picture])
  })

  test('is the text of an office program, which puts a picture beside it', () => {
    expect(pasted([picture], 'Name\tCups')).toEqual([])
    expect(pasted([picture], 'image.png\nand more')).toEqual([])
  })

  test('are the files of a file manager, which puts their names or paths beside them', () => {
    expect(pasted([picture], 'image.png')).toEqual([picture])
    expect(pasted([picture], '/home/ada/image.png\n')).toEqual([picture])
    expect(pasted([report], 'file:///home/ada/my%20report.pdf')).toEqual([report])
    expect(pasted([report], 'whatever')).toEqual([report])
  })
})

test.each([
  ['short', false],
  ['\n'.repeat(39), false],
  ['\n'.repeat(40), true],
  ['x'.repeat(3_200), false],
  ['x'.repeat(3_201), true],
])('that %j is folded is %s', (content, isFolded) => {
  expect(isLong(content)).toBe(isFolded)
})

describe('the room for a text', () => {
  const limits = { contentBytes: 16_384 }

  test.each([
    ['x'.repeat(16_384), 0],
    ['x'.repeat(16_385), -1],
    ['x'.repeat(16_000), 384],
    ['é'.repeat(8_193), -1],
    ['', 16_384],
  ])('beside %j is counted in characters', (text, room) => {
    expect(roomForText(text, limits)).toBe(room)
  })

  test('counts what JSON escapes once', () => {
    expect(roomForText('"'.repeat(16_384), limits)).toBe(0)
  })

  test('is said in plain words', () => {
    expect([-1, 1, 1_200].map(roomSentence)).toEqual([
      '1 character too long',
      '1 character left',
      '1,200 characters left',
    ])
  })
})

test.each([
  ['report.pdf', 'report', '.pdf'],
  ['report.pdf\u2003\u2003\u2003.exe', 'report.pdf ', '.exe'],
  ['invoice\u202efdp.html', 'invoicefdp', '.html'],
  ['line\nbreak\u2028.txt', 'line break ', '.txt'],
  ['.gitignore', '.gitignore', ''],
  ['Makefile', 'Makefile', ''],
  ['\u202e', 'file', ''],
])('of the file %j, %j may be cut and %j is always shown', (name, stem, ending) => {
  expect(splitFileName(name)).toEqual({ stem, ending })
})

test('a link to a room is as good as its id', () => {
  expect(['lobby', ' lobby ', 'https://chat.example/#/room/lobby', '#/room/dm%3A1'].map(roomIdIn)).toEqual([
    ...['lobby', 'lobby', 'lobby', 'dm:1'],
  ])
  expect(isRoomId(roomIdIn('https://chat.example/#/direct/bob'))).toBe(false)
})

test('a name in a sentence does not turn its words round', () => {
  expect([isolated('ada'), isolated('نور')]).toEqual(['ada', '\u2068نور\u2069'])
})

test('names that look like others are found, and said to be of which letters', async () => {
  const names = new LookAlikes(() => Promise.resolve(confusableKey))
  names.add('bob', 'bob')
  names.add('bоb', 'bоb')
  names.add('ada', 'ada')
  await settled()
  expect([...names.get()]).toEqual(['bob', 'bоb'])
  names.delete('bob')
  await settled()
  expect([...names.get()]).toEqual([])
  expect(['bob', 'bоb', 'ｂｏｂｄ'].map(lettersOf)).toEqual(['', 'U+043E', 'U+FF42 U+FF4F U+FF44'])
})

test.each([
  ['en-GB', '09:05', '1 Feb 2026, 09:05'],
  ['de', '09:05', '01.02.2026, 09:05'],
  ['ja', '9:05', '2026/02/01 9:05'],
])('a time in %s is written as there: %s, %s', (language, time, moment) => {
  const at = new Date(2026, 1, 1, 9, 5).getTime()
  try {
    setLocale(language)
    expect(timeOf(at)).toBe(time)
    expect(plainMoment(at, at + 86_400_000)).toBe(moment)
  } finally {
    setLocale(undefined)
  }
})

test('times are those of the time zone in which the device is now, or was a second ago', () => {
  const zone = process.env.TZ
  const noon = Date.UTC(2026, 2, 14, 12)
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    process.env.TZ = 'UTC'
    vi.advanceTimersByTime(1_000)
    const utc = timeOf(noon)
    process.env.TZ = 'Pacific/Auckland'
    vi.advanceTimersByTime(1_000)
    expect(timeOf(noon)).not.toBe(utc)
  } finally {
    vi.useRealTimers()
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  }
})

test('an input method’s key is none of the page’s', () => {
  expect(isComposing({ isComposing: false, keyCode: 13 })).toBe(false)
  expect(isComposing({ isComposing: true, keyCode: 13 })).toBe(true)
  expect(isComposing({ isComposing: false, keyCode: 229 })).toBe(true)
})

const key = { keyCode: 0, isComposing: false, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }
const ctrl = { ...key, ctrlKey: true }

test.each([
  ['Ctrl+K', { ...ctrl, key: 'k', code: 'KeyK' }, 'switcher'],
  ['⌘K', { ...key, metaKey: true, key: 'k', code: 'KeyK' }, 'switcher'],
  ['Ctrl+K with Caps Lock', { ...ctrl, key: 'K', code: 'KeyK' }, 'switcher'],
  ['Ctrl+K of a Cyrillic layout', { ...ctrl, key: 'л', code: 'KeyK' }, 'switcher'],
  ['Ctrl+K of a Greek layout', { ...ctrl, key: 'κ', code: 'KeyK' }, 'switcher'],
  ['Ctrl+K of Dvorak', { ...ctrl, key: 'k', code: 'KeyV' }, 'switcher'],
  ['Ctrl+T of Dvorak, where QWERTY has K', { ...ctrl, key: 't', code: 'KeyK' }, undefined],
  [
    'AltGr+K of a Latvian layout on Windows, which writes ķ',
    { ...ctrl, altKey: true, key: 'ķ', code: 'KeyK' },
    undefined,
  ],
  ['Ctrl+Shift+K, which is the browser’s', { ...ctrl, shiftKey: true, key: 'K', code: 'KeyK' }, undefined],
  ['Ctrl+K of an input method', { ...ctrl, keyCode: 229, key: 'Process', code: 'KeyK' }, undefined],
  ['Ctrl+F', { ...ctrl, key: 'f', code: 'KeyF' }, 'search'],
  ['Ctrl+F of a Cyrillic layout', { ...ctrl, key: 'а', code: 'KeyF' }, 'search'],
  ['Ctrl+F of a Hebrew layout', { ...ctrl, key: 'כ', code: 'KeyF' }, 'search'],
  ['Ctrl+/', { ...ctrl, key: '/', code: 'Slash' }, 'keys'],
  ['Ctrl+/ of a German layout', { ...ctrl, shiftKey: true, key: '/', code: 'Digit7' }, 'keys'],
  ['?', { ...key, shiftKey: true, key: '?', code: 'Slash' }, 'keys'],
  ['Alt+↓', { ...key, altKey: true, key: 'ArrowDown', code: 'ArrowDown' }, 'next'],
  ['Alt+↑', { ...key, altKey: true, key: 'ArrowUp', code: 'ArrowUp' }, 'previous'],
  ['Alt+Shift+↑, which chooses text', { ...key, altKey: true, shiftKey: true, key: 'ArrowUp', code: '' }, undefined],
  ['k', { ...key, key: 'k', code: 'KeyK' }, undefined],
])('%s is a shortcut to %j, whatever the layout', (_, pressed, shortcut) => {
  expect(shortcutOf(pressed, false)).toBe(shortcut)
})

test('a question mark is written where one writes', () => {
  expect(shortcutOf({ ...key, shiftKey: true, key: '?', code: 'Slash' }, true)).toBeUndefined()
})

test('who has read a message is who has read so far, and not the one who asks', () => {
  expect(readersOf({ me: 9, bob: 4, cleo: 2 }, 3, 'me')).toEqual(['bob'])
  expect(readersOf({}, 3, 'me')).toEqual([])
})

test.each([
  ['a plain text, as people write', false],
  ['Việt Nam, Cre\u0300me bru\u0302le\u0301e', false],
  ['❤️ ✌️ ☕️', false],
  [`Z${'\u0351\u036b'.repeat(3)}a`, true],
  [`joiners between the marks: Z${'\u0351\u200d\u036b\ufeff'.repeat(3)}`, true],
  [`formatting between the marks: Z${'\u0351~~\u036b~~'.repeat(3)}`, true],
  [`links between the marks: Z${'[\u0351](https://example.com)\u036b'.repeat(3)}`, true],
])('of %j it is known whether many marks may be piled upon a letter', (text, isPiledUp) => {
  expect(pilesUp(text)).toBe(isPiledUp)
})
