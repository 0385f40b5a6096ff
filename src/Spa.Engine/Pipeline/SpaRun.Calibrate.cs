using System.Text.Json.Nodes;
using Spa.Engine.Evaluation;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Preference;

namespace Spa.Engine.Pipeline;

public sealed partial class SpaRun
{
    /// <summary>
    /// The judge of an iteration with the temperature that fits its reward to the seed pairs' labels. The seed pairs were trained on, so the fit is a surer one than
    /// new pairs deserve; the audit has the error before and after it, and where an oracle is known the error on the judged pairs.
    /// </summary>
    private JudgeSettings Calibrated(JudgeSettings judge, int iteration, StageModel policy, StageModel? reference)
    {
        if (!_config.Spa.Judging.Calibrate) return judge;
        RewardAdjustment adjustment = judge.Adjustment;
        var inputs = new JsonObject
        {
            ["model"] = policy.Key,
            ["reference"] = reference?.Key,
            ["pairs"] = LoopData.Hash(_data.Seed),
            ["beta"] = _config.Training.Beta,
            ["adjustment"] = adjustment.ToString(),
            ["dtype"] = _context.Storage,
        };
        string phase = $"{RunFolder.StageName(iteration)}/calibrate", file = _folder.Calibration(iteration);
        _state.Run(phase, inputs, [file], _context.Log, key =>
        {
            using var rows = new PartialRows(Path.ChangeExtension(file, ".jsonl"), key);
            using Model model = Load(policy);
            using Model? against = reference is null ? null : Load(reference, model);
            List<PairScore> scores = PairScores.Run(model, against, _data.Seed, rows, _context, phase);
            double Reward(double logRatio, int tokens) => adjustment.Of(_config.Training.Beta * logRatio, tokens);
            double[] margins = [.. scores.Select(s => Reward(s.ChosenLogRatio, s.ChosenTokens) - Reward(s.RejectedLogRatio, s.RejectedTokens))];
            double temperature = RewardTemperature.Fit(margins);
            double[] after = [.. margins.Select(m => m / temperature)];
            JsonFiles.WriteObject(file, new JsonObject
            {
                ["temperature"] = temperature,
                ["pairs"] = margins.Length,
                ["nll_before"] = RewardTemperature.NegativeLogLikelihood(margins, 1),
                ["nll_after"] = RewardTemperature.NegativeLogLikelihood(margins, temperature),
                ["ece_before"] = StageAudit.ToJson(Evaluation.Calibration.ErrorInterval(margins, _config.Training.Seed)),
                ["ece_after"] = StageAudit.ToJson(Evaluation.Calibration.ErrorInterval(after, _config.Training.Seed)),
            });
            rows.Commit();
            return new PhaseResult(new JsonObject { ["temperature"] = temperature }, scores.Sum(s => (long)s.ChosenTokens + s.RejectedTokens));
        });
        return judge with { Adjustment = adjustment with { Temperature = JsonFiles.ReadObject(file)["temperature"]!.GetValue<double>() } };
    }
}
