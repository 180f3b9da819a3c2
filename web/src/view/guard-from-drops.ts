import { hasFiles } from './use-drop.ts'

/** Keeps the browser from opening a file, in place of the chat, that is dropped where nothing takes it. */
export function guardFromDrops(): void {
  const onDrag = (event: globalThis.DragEvent) => {
    if (event.defaultPrevented || !hasFiles(event)) return
    event.preventDefault()
    event.dataTransfer!.dropEffect = 'none'
  }
  window.addEventListener('dragover', onDrag)
  window.addEventListener('drop', onDrag)
}
