import { useState } from "react";
import { useWords } from "../../i18n";
import { playChime } from "../../media/chime";
import { Button } from "../Button";

/** Three rising tones: whoever stands at the back says whether they came. */
export function SpeakerTest() {
  const words = useWords();
  const [isPlaying, setIsPlaying] = useState(false);
  return (
    <Button
      icon="speaker"
      disabled={isPlaying}
      onClick={() => {
        setIsPlaying(true);
        void playChime().finally(() => setIsPlaying(false));
      }}
    >
      {isPlaying ? words.classroomPc.speakerPlaying : words.classroomPc.speakerTest}
    </Button>
  );
}
