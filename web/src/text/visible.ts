/** Whether a text has anything visible: blanks, zero-width characters and fillers don't count. */
export const isVisible = (text: string): boolean => /[^\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u.test(text)
