import type { Locator } from 'playwright-core'
import type { GivenFile } from './files.ts'

/** Drops files on an element, as from the desktop. */
export async function drop(target: Locator, ...files: readonly GivenFile[]): Promise<void> {
  for (const type of ['dragenter', 'dragover', 'drop']) await transfer(target, type, files)
}

/** Holds files over an element. */
export const dragOver = (target: Locator, ...files: readonly GivenFile[]): Promise<void> =>
  transfer(target, 'dragenter', files)

/** Pastes files into a field. */
export const paste = (target: Locator, ...files: readonly GivenFile[]): Promise<void> =>
  transfer(target, 'paste', files)

const transfer = (target: Locator, type: string, files: readonly GivenFile[]): Promise<void> =>
  target.evaluate(
    (element: Target, { type, files }) => {
      const data = new DataTransfer()
      for (const { name, mimeType, base64 } of files) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
        data.items.add(new File([bytes], name, { type: mimeType }))
      }
      const options = { bubbles: true, cancelable: true }
      element.dispatchEvent(
        type === 'paste'
          ? new ClipboardEvent(type, { ...options, clipboardData: data })
          : new DragEvent(type, { ...options, dataTransfer: data }),
      )
    },
    { type, files: files.map(({ buffer, ...file }) => ({ ...file, base64: buffer.toString('base64') })) },
  )

// As much of the browser as is used here: the compiler is set to Node's types.
interface Target {
  dispatchEvent(event: unknown): void
}
declare const DataTransfer: new () => { items: { add(file: File): void } }
declare const ClipboardEvent: new (type: string, options: object) => unknown
declare const DragEvent: new (type: string, options: object) => unknown
