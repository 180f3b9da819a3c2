import { type CSSProperties, type MouseEvent, useEffect, useMemo, useRef, useState } from 'react'
import { type MessageEvent, printableName } from '../../../client/index.ts'
import { blurOf } from '../../../client/look.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { FileAddress } from '../state/file-address.ts'
import { errorSentence } from '../text/error-sentence.ts'
import { fileSize } from '../text/file-size.ts'
import { isPicture } from '../text/file-type.ts'
import { Dialog } from './dialog.tsx'
import { FileName } from './file-name.tsx'
import { DownloadIcon, FileIcon } from './icons.tsx'
import { useChat } from './use-chat.ts'
import { useStore } from './use-store.ts'

type FileInfo = NonNullable<MessageEvent['file']>

interface AttachmentProps {
  conversation: Conversation
  messageId: string
  file: FileInfo
}

/** A message's file: a picture, a player, or a card to download it from. */
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
  const props = { file, address, onBroken: () => setIsBroken(true) }
  if (isBroken) return <FileCard {...props} />
  if (isPicture(file.contentType)) return <Picture {...props} />
  return /^(audio|video)\//.test(file.contentType) ? <Player {...props} /> : <FileCard {...props} />
}

interface FileProps {
  file: FileInfo
  address: FileAddress
}

function Picture({ file, address, onBroken }: FileProps & { onBroken: () => void }) {
  // What is made small later is not shown in the place of what has been loaded.
  const [shown] = useState(() => address.small('thumbnailUrl') ?? address)
  const [isLoaded, setIsLoaded] = useState(false)
  const [isLarge, setIsLarge] = useState(false)
  const name = printableName(file.fileName)
  const place = placeOf(file)
  const className = `picture ${place === undefined ? '' : 'has-place'} ${isLoaded ? '' : 'is-loading'}`
  const open = () => setIsLarge(true)
  return (
    <>
      <button type="button" className={className} style={place} aria-label={words.openFile(name)} onClick={open}>
        {!isLoaded && file.thumbhash !== undefined && <Blur thumbhash={file.thumbhash} />}
        <Shown address={shown} file={address} name={name} onLoad={() => setIsLoaded(true)} onBroken={onBroken} isLazy />
      </button>
      {isLarge && (
        <Dialog title={name} onClose={() => setIsLarge(false)} className="picture-dialog">
          <Shown address={address.small('pictureUrl') ?? address} file={address} name={name} onBroken={onBroken} />
          <FileLink className="button" file={file} address={address}>
            <DownloadIcon />
            {words.download(fileSize(file.size))}
          </FileLink>
        </Dialog>
      )}
    </>
  )
}

interface ShownProps {
  address: FileAddress
  file: FileAddress
  name: string
  onBroken: () => void
  onLoad?: () => void
  isLazy?: boolean
}

/** A picture by the address of one that was made small, or of its file where that one doesn't work. */
function Shown({ address, file, onBroken, ...props }: ShownProps) {
  const [small] = useState(address === file ? undefined : address)
  const [hasFailed, setHasFailed] = useState(false)
  if (small === undefined || hasFailed) return <Loaded key="file" address={file} onBroken={onBroken} {...props} />
  return <Loaded key="small" address={small} onBroken={() => setHasFailed(true)} {...props} />
}

function Loaded({ address, name, onBroken, onLoad, isLazy }: Omit<ShownProps, 'file'>) {
  const { src, attempt, renew, worked } = useAddress(address, onBroken)
  const loaded = () => {
    worked()
    onLoad?.()
  }
  const lazily = isLazy ? ({ loading: 'lazy', decoding: 'async' } as const) : {}
  return <img key={attempt} src={src} alt={name} {...lazily} onLoad={loaded} onError={renew} />
}

/** The largest that a picture is shown in the conversation, px: see `.picture`. */
const [MAX_WIDTH, MAX_HEIGHT] = [320, 360]

/** The place of a picture whose size was told, so that nothing moves when it comes. */
function placeOf({ width, height }: FileInfo): CSSProperties | undefined {
  if (width === undefined || height === undefined) return undefined
  return { width: Math.min(width, MAX_WIDTH, (MAX_HEIGHT * width) / height), aspectRatio: `${width} / ${height}` }
}

/** What the uploader says that the picture looks like, until it is there. */
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

/** Plays a film or a sound in its place. Nothing of a sound is loaded before. */
function Player({ file, address, onBroken }: FileProps & { onBroken: () => void }) {
  const { src, attempt, renew, worked } = useAddress(address, onBroken)
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
      <FileCard file={file} address={address} />
    </div>
  )
}

/**
 * Returns the address of a file that is shown. One that has expired is replaced at once, and one that doesn't work is
 * replaced once: the server's clock, the device's and the bucket's may differ.
 */
function useAddress(address: FileAddress, onBroken: () => void) {
  const { client } = useChat()
  // Two addresses of the same second are equal: the number of the attempt has the browser try again.
  const [{ src, attempt }, setState] = useState(() => ({ src: address.current(client.serverNow), attempt: 0 }))
  const isRenewed = useRef(false)
  const renew = () => {
    if (isRenewed.current) return onBroken()
    isRenewed.current = true
    address.renew().then((url) => setState({ src: url, attempt: attempt + 1 }), onBroken)
  }
  const worked = () => {
    isRenewed.current = false
  }
  const isMissing = src === undefined
  useEffect(() => {
    if (isMissing) renew()
    // It is asked for once.
  }, [isMissing])
  return { src, attempt, renew, worked }
}

const FileCard = ({ file, address }: FileProps) => (
  <FileLink className="file-card" file={file} address={address}>
    <span className="file-icon">
      <FileIcon />
    </span>
    <span className="file-about">
      <span className="visually-hidden">{words.downloadFile(printableName(file.fileName))}</span>
      <FileName name={file.fileName} isHidden />
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
  const { client, connection } = useChat()
  const { status } = useStore(connection)
  const [problem, setProblem] = useState<string>()
  const onClick = (event: MouseEvent<HTMLAnchorElement>) => {
    setProblem(undefined)
    const current = address.current(client.serverNow)
    if (current !== undefined) {
      // It may have been renewed since, for the picture.
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
