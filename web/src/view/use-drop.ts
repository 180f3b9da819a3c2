import { type DragEvent, useRef, useState } from 'react'

interface Drop {
  isOver: boolean
  handlers: Record<'onDragEnter' | 'onDragOver' | 'onDragLeave' | 'onDrop', (event: DragEvent) => void>
}

const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files')

/** Receives files that are dropped on an element. */
export function useDrop(onFiles: (files: Iterable<File>) => void): Drop {
  const [isOver, setIsOver] = useState(false)
  // The browser reports entering an inner element before leaving the outer one.
  const depth = useRef(0)
  const move = (step: number) => (event: DragEvent) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    depth.current = Math.max(0, depth.current + step)
    setIsOver(depth.current > 0)
  }
  const onDrop = (event: DragEvent) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    depth.current = 0
    setIsOver(false)
    onFiles(event.dataTransfer.files)
  }
  return { isOver, handlers: { onDragEnter: move(1), onDragOver: move(0), onDragLeave: move(-1), onDrop } }
}
