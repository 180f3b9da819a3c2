import { useEffect, useRef, useState } from 'react'
import { words } from '../language/words.ts'
import { hashOf, type Route } from '../state/route.ts'
import { linkTo } from './link-to.ts'

const COPIED_MS = 2_000

interface CopyLinkProps {
  route: Route
  /** The text of the button. */
  text: string
}

/** A button that copies the address of a place on this page. */
export function CopyLink({ route, text }: CopyLinkProps) {
  const [isCopied, setIsCopied] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const copy = () => {
    // Browsers provide the clipboard only to pages with TLS and on localhost.
    navigator.clipboard?.writeText(linkTo(hashOf(route))).then(
      () => {
        setIsCopied(true)
        timer.current = setTimeout(() => setIsCopied(false), COPIED_MS)
      },
      () => {},
    )
  }
  return (
    <button type="button" className="code" onClick={copy} title={words.copyTheLink}>
      <code className="ellipsis">{text}</code>
      <span role="status">{isCopied ? words.copied : words.copyLink}</span>
    </button>
  )
}
