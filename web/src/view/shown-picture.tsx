import { useState } from 'react'
import type { FileAddress } from '../state/file-address.ts'
import { useShownFile } from './use-file-address.ts'

interface ShownProps {
  address: FileAddress
  file: FileAddress
  name: string
  onBroken: () => void
  onLoad?: () => void
  isLazy?: boolean
}

/** A picture from the address of its small version, or from that of its file if the former doesn't work. */
export function Shown({ address, file, onBroken, ...props }: ShownProps) {
  const [small] = useState(address === file ? undefined : address)
  const [hasFailed, setHasFailed] = useState(false)
  if (small === undefined || hasFailed) return <Loaded key="file" address={file} onBroken={onBroken} {...props} />
  return <Loaded key="small" address={small} onBroken={() => setHasFailed(true)} {...props} />
}

function Loaded({ address, name, onBroken, onLoad, isLazy }: Omit<ShownProps, 'file'>) {
  const { src, attempt, renew, worked } = useShownFile(address, onBroken)
  const loaded = () => {
    worked()
    onLoad?.()
  }
  const lazily = isLazy ? ({ loading: 'lazy', decoding: 'async' } as const) : {}
  return <img key={attempt} src={src} alt={name} {...lazily} onLoad={loaded} onError={renew} />
}
