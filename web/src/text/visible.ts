/** Whether there is anything to see in a text: blanks, zero widths and fillers are nothing. */
export const isVisible = (text: string): boolean => /[^\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u.test(text)
