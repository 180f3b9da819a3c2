import { type MouseEvent, useMemo, useState } from 'react'
import type { MessageEvent } from '../../../client/index.ts'
import { FileAddress } from '../state/file-address.ts'
import type { Conversation } from '../state/conversation.ts'
import { fileSize } from '../text/file-size.ts'
import { isPicture } from '../text/file-type.ts'
import { Dialog } from './dialog.tsx'
import { DownloadIcon, FileIcon } from './icons.tsx'

type FileInfo = NonNullable<MessageEvent['file']>

interface AttachmentProps {
  conversation: Conversation
  messageId: string
  file: FileInfo
}

/** A message's file: a picture, or a card to download it from. */
export function Attachment({ conversation, messageId, file }: AttachmentProps) {
  const address = useMemo(
    () =>
      new FileAddress(file, () => {
        const { room } = conversation
        return room ? room.fileUrl(messageId) : Promise.reject(new Error('unable to open the file; it has no room'))
      }),
    [conversation, messageId, file],
  )
  const [isBroken, setIsBroken] = useState(false)
  if (!isPicture(file.contentType) || isBroken) return <FileCard file={file} address={address} />
  return <Picture file={file} address={address} onBroken={() => setIsBroken(true)} />
}

interface FileProps {
  file: FileInfo
  address: FileAddress
}

function Picture({ file, address, onBroken }: FileProps & { onBroken: () => void }) {
  const { src, renew } = useAddress(address, onBroken)
  const [isLarge, setIsLarge] = useState(false)
  return (
    <>
      <button type="button" className="picture" aria-label={`Open ${file.fileName}`} onClick={() => setIsLarge(true)}>
        <img src={src} alt={file.fileName} width="320" height="240" loading="lazy" decoding="async" onError={renew} />
      </button>
      {isLarge && (
        <Dialog title={file.fileName} onClose={() => setIsLarge(false)} className="picture-dialog">
          <img src={src} alt={file.fileName} onError={renew} />
          <FileLink className="button" file={file} address={address}>
            <DownloadIcon />
            Download, {fileSize(file.size)}
          </FileLink>
        </Dialog>
      )}
    </>
  )
}

/** Returns the address of a picture. When loading fails, `renew` replaces it once. */
function useAddress(address: FileAddress, onBroken: () => void) {
  const [src, setSrc] = useState(() => address.current(Date.now()) ?? '')
  const [isRenewed, setIsRenewed] = useState(false)
  const renew = () => {
    if (isRenewed) return onBroken()
    setIsRenewed(true)
    address.renew().then(setSrc, onBroken)
  }
  return { src: src === '' ? undefined : src, renew }
}

const FileCard = ({ file, address }: FileProps) => (
  <FileLink className="file-card" file={file} address={address}>
    <span className="file-icon">
      <FileIcon />
    </span>
    <span className="file-about">
      <span className="file-name ellipsis" dir="auto">
        <span className="visually-hidden">Download </span>
        {file.fileName}
      </span>
      <span className="file-detail">
        {fileSize(file.size)} · {file.contentType}
      </span>
    </span>
    <DownloadIcon />
  </FileLink>
)

/** A link to the file. It asks for a new address when the current one has expired. */
function FileLink({
  file,
  address,
  className,
  children,
}: FileProps & { className: string; children: React.ReactNode }) {
  const onClick = (event: MouseEvent) => {
    if (address.current(Date.now()) !== undefined) return
    event.preventDefault()
    address.renew().then(
      (url) => window.open(url, '_blank', 'noopener'),
      () => {},
    )
  }
  return (
    <a
      className={className}
      href={file.fileUrl}
      download={file.fileName}
      target="_blank"
      rel="noopener noreferrer"
      onClick={onClick}
    >
      {children}
    </a>
  )
}
