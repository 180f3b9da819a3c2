import { expect, test } from 'vitest'
import { hasOwnEnding, isNamedAsProgram, offeredName } from '../../src/files/offered-name.ts'

test.each([
  ['notes.txt', 'text/plain', 'notes.txt'],
  ['index.ts', 'text/plain', 'index.ts'],
  ['README', 'text/plain', 'README'],
  ['invoice.pdf.bat', 'text/plain', 'invoice.pdf.bat.txt'],
  ['x.hta', 'text/plain', 'x.hta.txt'],
  ['x.exe. ', 'text/plain', 'x.exe.txt'],
  ['page.html', 'text/plain', 'page.html.txt'],
  ['app.js', 'text/javascript', 'app.js.txt'],
  ['page.html', 'text/html', 'page.html'],
  ['tea.bat', 'text/csv', 'tea.bat.csv'],
  ['setup.exe', 'image/png', 'setup.exe.png'],
  ['photo.JPG', 'image/jpeg', 'photo.JPG'],
  ['photo.png', 'image/pjpeg', 'photo.png'],
  ['x.docm', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'x.docm.docx'],
  ['a.scr', 'application/x-zip-compressed', 'a.scr.zip'],
  ['rare.xyz', 'image/flif', 'rare.xyz.image'],
  ['a.7z', 'application/x-7z-compressed', 'a.7z'],
  ['a.exe', 'application/x-7z-compressed', 'a.exe.bin'],
  ['..', 'image/png', 'file'],
  ['a\u202egnp.exe', 'image/png', 'a_gnp.exe.png'],
])('%s of type %s is saved as %s', (name, contentType, offered) => {
  expect(offeredName(name, contentType)).toBe(offered)
})

test.each([
  ['x'.repeat(255), 'x'.repeat(255)],
  [`${'x'.repeat(255)}.png`, `${'x'.repeat(251)}.png`],
  [`${'😀'.repeat(251)}.png`, `${'😀'.repeat(62)}.png`],
  [`${'👩‍👩‍👧'.repeat(50)}.png`, `${'👩‍👩‍👧'.repeat(13)}.png`],
  [`a.${'b'.repeat(300)}`, `a.${'b'.repeat(249)}.png`],
])(
  'a name is cut to the 255 bytes that file systems keep, between characters and before its ending',
  (name, offered) => {
    expect(offeredName(name, 'image/png')).toBe(offered)
    expect(Buffer.byteLength(offered)).toBeLessThanOrEqual(255)
  },
)

test.each([
  ['invoice.pdf.bat', 'text/plain', true],
  ['X.HTA', 'text/plain', true],
  ['x.exe ..', 'image/png', true],
  ['run.sh', 'text/plain', false],
  ['index.ts', 'text/plain', false],
  ['app.js', 'text/javascript', false],
  ['exe', 'text/plain', false],
  ['a.docm', 'application/zip', false],
])('whether %s of type %s is named as a program: %s', (name, contentType, is) => {
  expect(isNamedAsProgram(name, contentType)).toBe(is)
})

test.each([
  ['a.md', 'text/plain', true],
  ['a', 'text/plain', true],
  ['a.html', 'text/plain', false],
  ['a.tif', 'image/png', true],
])('whether %s has an ending of %s: %s', (name, contentType, own) => {
  expect(hasOwnEnding(name, contentType)).toBe(own)
})
