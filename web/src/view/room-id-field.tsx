import { isDirectRoomId, protocolLimits } from '../../../client/index.ts'
import { ROOM_ID_PATTERN } from '../text/room-id.ts'
import { Field, type FieldProps } from './field.tsx'

const { roomIdChars } = protocolLimits

/** A field for a room's id that a person chooses or types. */
export const RoomIdField = (props: FieldProps) => (
  <Field
    {...props}
    problem={isDirectRoomId(props.value) ? 'Ids like this one belong to direct messages.' : undefined}
    pattern={ROOM_ID_PATTERN}
    title={`Letters, digits, - _ and :, up to ${roomIdChars}`}
    dir="ltr"
  />
)
