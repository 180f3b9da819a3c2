import { type MouseEvent, type ReactNode, useState } from 'react'
import { type MessageEvent, printableName } from '../../../client/index.ts'
import { useConnection } from '../../../client/react/index.ts'
import { words } from '../language/words.ts'
import type { FileAddress } from '../state/file-address.ts'
import { errorSentence } from '../text/error-sentence.ts'
import { useChat } from './use-chat.ts'

interface LinkProps {
  file: NonNullable<MessageEvent['file']>
  address: FileAddress
  className: string
  children: ReactNode
}

/** A link to a file. Requests a new address when the current one has expired. */
export function FileLink({ file, address, className, children }: LinkProps) {
  const { client } = useChat()
  const { status } = useConnection()
  const [problem, setProblem] = useState<string>()
  const onClick = (event: MouseEvent<HTMLAnchorElement>) => {
    setProblem(undefined)
    const current = address.current(client.serverNow)
    if (current !== undefined) {
      // The address may have been renewed since, together with that of the picture.
      event.currentTarget.href = current
      return
    }
    event.preventDefault()
    if (status !== 'connected') return setProblem(words.fileNeedsConnection)
    address.renew().then(
      (url) => window.open(url, '_blank', 'noopener'),
      (error: unknown) => setProblem(errorSentence(error)),
    )
  }
  return (
    <>
      <a
        className={className}
        href={file.fileUrl}
        download={printableName(file.fileName)}
        target="_blank"
        rel="noopener noreferrer"
        onClick={onClick}
      >
        {children}
      </a>
      {problem !== undefined && (
        <p className="failure" role="alert">
          {problem}
        </p>
      )}
    </>
  )
}
