import { useEffect, useState } from 'react'
import { type MessageEvent, printableName } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { type FileText, readFileText } from '../state/file-text.ts'
import { fileSize } from '../text/file-size.ts'
import { Dialog } from './dialog.tsx'
import { FileLink } from './file-link.tsx'
import { DownloadIcon } from './icons.tsx'
import { useChat } from './use-chat.ts'
import { useFileAddress } from './use-file-address.ts'

interface FileTextProps {
  conversation: Conversation
  messageId: string
  file: NonNullable<MessageEvent['file']>
  onClose: () => void
}

/** A dialog with the content of a text file. It is shown as plain text, without links or formatting. */
export function FileTextDialog({ conversation, messageId, file, onClose }: FileTextProps) {
  const { client } = useChat()
  const address = useFileAddress(conversation, messageId, file)
  const [content, setContent] = useState<FileText | 'failed'>()
  const name = printableName(file.fileName)
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const read = async () => {
      const url = address.current(client.serverNow) ?? (await address.renew())
      return readFileText(url, window.fetch.bind(window), signal)
    }
    read().then(
      (text) => setContent(text),
      () => signal.aborted || setContent('failed'),
    )
    return () => controller.abort()
  }, [client, address])
  return (
    <Dialog title={name} onClose={onClose} className="file-text">
      {content === undefined && (
        <p className="soft" role="status">
          <span className="spinner" aria-hidden="true" /> {words.loading}
        </p>
      )}
      {content === 'failed' && <p role="alert">{words.media.fileNotLoaded}</p>}
      {typeof content === 'object' && (
        <pre tabIndex={0} role="region" aria-label={words.media.contentsOf(name)} dir="auto">
          {content.text}
        </pre>
      )}
      {typeof content === 'object' && content.isCut && <p className="hint">{words.media.isBeginning}</p>}
      <FileLink className="button" file={file} address={address}>
        <DownloadIcon />
        {words.download(fileSize(file.size))}
      </FileLink>
    </Dialog>
  )
}
