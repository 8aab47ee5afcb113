/** The parts against the whole, as the server draws them, and what can be taken along. */
import { Download } from "lucide-react";
import { figureAddress } from "../../api/client";
import type { LeverageReport } from "../../api/types";
import { useText } from "../../messages";
import { Drawing } from "../../ui/drawing";
import { Card } from "../../ui/parts";

/** What most previews of links take. */
const KEPT = { width: 1_200, height: 675 };

export function PictureCard({ report }: { report: LeverageReport }) {
  const { t } = useText();
  const { picture } = t.leverage;
  const outcome = report.outcome.name;
  return (
    <Card title={picture.title} note={picture.caption} className="wide">
      <Drawing of="leverage" query={{ outcome }} title={picture.title} none={picture.none} />
      <Downloads report={report} outcome={outcome} />
    </Card>
  );
}

function Downloads({ report, outcome }: { report: LeverageReport; outcome: string }) {
  const { t } = useText();
  const { picture } = t.leverage;
  const name = `leverage-${outcome}`.replace(/[^\w-]+/g, "-");
  // Without any effect the server has nothing to draw.
  const drawn = report.values.some((it) => it.estimate !== null);
  const asked = new URLSearchParams({ outcome });
  return (
    <ul className="downloads" aria-label={picture.keep}>
      {drawn && (
        <li>
          <a href={figureAddress("leverage", { outcome, ...KEPT })} download={`${name}.svg`}>
            <Download size={14} strokeWidth={1.75} aria-hidden="true" /> {picture.svg}
          </a>
        </li>
      )}
      <li>
        <a href={`/api/v1/leverage/csv?${asked}`} download={`${name}.csv`}>
          <Download size={14} strokeWidth={1.75} aria-hidden="true" /> {picture.csv}
        </a>
      </li>
      <li>
        <a href={`/api/v1/leverage?${asked}`} download={`${name}.json`}>
          <Download size={14} strokeWidth={1.75} aria-hidden="true" /> {picture.json}
        </a>
      </li>
    </ul>
  );
}
