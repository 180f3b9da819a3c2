import { isDirectRoomId, protocolLimits } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import { ROOM_ID_PATTERN } from '../text/room-id.ts'
import { Field, type FieldProps } from './field.tsx'

const { roomIdChars } = protocolLimits

/** A field for the id of a room. */
export const RoomIdField = (props: FieldProps) => (
  <Field
    {...props}
    problem={isDirectRoomId(props.value) ? words.idIsDirect : undefined}
    pattern={ROOM_ID_PATTERN}
    title={words.idLetters(roomIdChars)}
    dir="ltr"
  />
)
