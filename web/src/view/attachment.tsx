import { type CSSProperties, useEffect, useRef, useState } from 'react'
import { type MessageEvent, printableName } from '../../../client/index.ts'
import { blurOf } from '../../../client/look.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import type { FileAddress } from '../state/file-address.ts'
import { isReadable } from '../text/file-kind.ts'
import { fileSize } from '../text/file-size.ts'
import { isPicture } from '../text/file-type.ts'
import { FileLink } from './file-link.tsx'
import { FileName } from './file-name.tsx'
import { DownloadIcon } from './icons.tsx'
import { KindIcon } from './kind-icon.tsx'
import { Shown } from './shown-picture.tsx'
import { useDialogs } from './use-dialogs.ts'
import { useFileAddress, useShownFile } from './use-file-address.ts'

type FileInfo = NonNullable<MessageEvent['file']>

interface AttachmentProps {
  conversation: Conversation
  messageId: string
  file: FileInfo
}

/** A message's file: a picture, a player, or a card to download it from. */
export function Attachment({ conversation, messageId, file }: AttachmentProps) {
  const address = useFileAddress(conversation, messageId, file)
  const [isBroken, setIsBroken] = useState(false)
  const props = { file, address, messageId, onBroken: () => setIsBroken(true) }
  if (isBroken) return <FileCard {...props} />
  if (isPicture(file.contentType)) return <Picture {...props} />
  return /^(audio|video)\//.test(file.contentType) ? <Player {...props} /> : <FileCard {...props} />
}

interface FileProps {
  messageId: string
  file: FileInfo
  address: FileAddress
}

function Picture({ messageId, file, address, onBroken }: FileProps & { onBroken: () => void }) {
  // A small picture that is made later doesn't replace the one that has been loaded.
  const [shown] = useState(() => address.small('thumbnailUrl') ?? address)
  const [isLoaded, setIsLoaded] = useState(false)
  const openDialog = useDialogs()
  const name = printableName(file.fileName)
  const place = placeOf(file)
  const className = `picture ${place === undefined ? '' : 'has-place'} ${isLoaded ? '' : 'is-loading'}`
  return (
    <button
      type="button"
      className={className}
      style={place}
      aria-label={words.openFile(name)}
      aria-haspopup="dialog"
      onClick={() => openDialog({ name: 'gallery', messageId })}
    >
      {!isLoaded && file.thumbhash !== undefined && <Blur thumbhash={file.thumbhash} />}
      <Shown address={shown} file={address} name={name} onLoad={() => setIsLoaded(true)} onBroken={onBroken} isLazy />
    </button>
  )
}

/** The largest size of a picture in the conversation, in pixels. See `.picture` in the style sheet. */
const [MAX_WIDTH, MAX_HEIGHT] = [320, 360]

/** Returns the space for a picture whose size is known, so that nothing moves when it is loaded. */
function placeOf({ width, height }: FileInfo): CSSProperties | undefined {
  if (width === undefined || height === undefined) return undefined
  return { width: Math.min(width, MAX_WIDTH, (MAX_HEIGHT * width) / height), aspectRatio: `${width} / ${height}` }
}

/** The blur from the sender, which is shown until the picture is loaded. */
function Blur({ thumbhash }: { thumbhash: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const blur = blurOf(thumbhash)
    if (blur === undefined || canvas.current === null) return
    Object.assign(canvas.current, { width: blur.width, height: blur.height })
    const pixels = new ImageData(blur.width, blur.height)
    pixels.data.set(blur.data)
    canvas.current.getContext('2d')?.putImageData(pixels, 0, 0)
  }, [thumbhash])
  return <canvas ref={canvas} className="blur" aria-hidden="true" />
}

/** A player for a video or a sound. A sound is only loaded when it is played. */
function Player({ messageId, file, address, onBroken }: FileProps & { onBroken: () => void }) {
  const { src, attempt, renew, worked } = useShownFile(address, onBroken)
  const Media = file.contentType.startsWith('video/') ? 'video' : 'audio'
  return (
    <div className="player">
      <Media
        key={attempt}
        controls
        preload={Media === 'video' ? 'metadata' : 'none'}
        src={src}
        aria-label={printableName(file.fileName)}
        onLoadedMetadata={worked}
        onError={renew}
      />
      <FileCard messageId={messageId} file={file} address={address} />
    </div>
  )
}

/** A link to a file, with its kind and size. Text files can be read in the page. */
function FileCard({ messageId, file, address }: FileProps) {
  const open = useDialogs()
  const name = printableName(file.fileName)
  return (
    <>
      <FileLink className="file-card" file={file} address={address}>
        <KindIcon contentType={file.contentType} />
        <span className="file-about">
          <span className="visually-hidden">{words.downloadFile(name)}</span>
          <FileName name={file.fileName} isHidden />
          <span className="file-detail">
            {fileSize(file.size)} · {file.contentType}
          </span>
        </span>
        <DownloadIcon />
      </FileLink>
      {isReadable(file.contentType) && (
        <button
          type="button"
          className="link-button file-preview"
          aria-label={words.media.previewOf(name)}
          aria-haspopup="dialog"
          onClick={() => open({ name: 'file-text', messageId, file })}
        >
          {words.media.preview}
        </button>
      )}
    </>
  )
}
