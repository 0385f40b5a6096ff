using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Models;
using Spa.Engine.Pipeline.Audits;
using Spa.Engine.Preference;
using Spa.Engine.Training;

namespace Spa.Engine.Pipeline;

public sealed partial class SpaRun
{
    /// <summary>pi_0 = DPO(policy from pi_sft, reference pi_sft, D_0): the plain sigmoid loss.</summary>
    private StageModel TrainOnSeed(StageModel sft)
    {
        double rate = _config.Spa.SeedLearningRate ?? _config.Training.LearningRate;
        TrainerSettings settings = TrainingSetup.Settings(_config.Training, _data.Seed.Count, _config.Spa.SeedNumTrainEpochs, rate);
        JsonObject inputs = TrainingInputs(sft, settings);
        inputs["pairs"] = LoopData.Hash(_data.Seed);
        PhaseRecord record = RunTraining(0, inputs, sft, (policy, _) =>
        {
            // Policy and reference are one model before the first update, so its own log-probs are the reference's.
            IReadOnlyList<PreferenceExample> examples = ReferenceLogProbs.Precompute(policy.Model, sft.Key, _data.Seed, _folder.ReferenceLogProbs(0), _state, _context,
                "stage-0-seed/reference");
            return new PreferenceTask(policy, null, examples, settings, TrainingSetup.Objective(_config.Training));
        }, settings);
        return new StageModel(0, StageTitle(0), _folder.Model(0), record.Key);
    }

    /// <summary>pi_t = noise-aware DPO(policy from pi_{t-1}, reference pi_{t-1}, the judged pairs).</summary>
    private PhaseRecord Train(int iteration, StageModel policy, PhaseRecord judged)
    {
        RefinementSettings refinement = TrainingSetup.Refinement(_config.Spa, iteration);
        TrainerSettings settings = TrainingSetup.Settings(_config.Training, judged.Summary["pairs"]!.GetValue<int>(), _config.Training.NumTrainEpochs);
        JsonObject inputs = TrainingInputs(policy, settings);
        inputs["pairs"] = judged.Key;
        inputs["refinement"] = refinement.ToString();
        return RunTraining(iteration, inputs, policy, (state, reference) =>
            new PreferenceTask(state, reference, ReadPairs(iteration), settings, TrainingSetup.Objective(_config.Training), refinement), settings, refinement.NeedsReference());
    }

    private PhaseRecord RunTraining(int stage, JsonObject inputs, StageModel start, Func<PolicyState, Model?, PreferenceTask> makeTask, TrainerSettings settings,
        bool withReference = false)
    {
        string name = RunFolder.StageName(stage);
        string[] outputs = stage == 0 ? [_folder.Model(stage)] : [_folder.Model(stage), _folder.Margins(stage)];
        PhaseRecord record = _state.Run($"{name}/train", inputs, outputs, _context.Log, key =>
        {
            using Model model = TrainingSetup.Adapted(Load(start), _config.Training);
            // With an adapter the base is shared, and the reference is a second adapter.
            using Model? reference = withReference ? model.Clone() : null;
            using var policy = new PolicyState(model, settings.Optimizer, settings.Seed);
            using PreferenceTask task = makeTask(policy, reference);
            PhaseResult result = new StageTraining(_context, _sftBundle, name, key)
            {
                MetricsPath = _folder.Metrics,
                CheckpointFolder = _folder.Checkpoints(stage),
                ModelFolder = _folder.Model(stage),
                TensorBoardFolder = _config.Training.ReportTo.Contains("tensorboard") ? _folder.TensorBoard : null,
            }.Run(policy, task, settings);
            if (stage > 0) WriteMargins(stage, task);
            return result;
        });
        TrainingCheckpoint.Clear(_folder.Checkpoints(stage));
        return record;
    }

    /// <summary>Pairs of pairs.jsonl; the reference's log-probs are those of the sampler, which is the same model.</summary>
    private List<PreferenceExample> ReadPairs(int iteration)
    {
        var pairs = new List<PreferenceExample>();
        foreach (SourceRow row in RowReader.Read(_folder.Pairs(iteration)))
        {
            if (!JudgedRow.HoldsPair(row.Json)) continue;
            pairs.Add(new PreferenceExample(SampledRow.Ints(row.Json["prompt_ids"]!), SampledRow.Ints(row.Json["chosen_ids"]!),
                SampledRow.Ints(row.Json["rejected_ids"]!),
                row.Json["ref_chosen_logp"]!.GetValue<double>(), row.Json["ref_rejected_logp"]!.GetValue<double>()));
        }
        return pairs;
    }

    private void WriteMargins(int stage, PreferenceTask task) => RowWriter.WriteAll(_folder.Margins(stage), Enumerable.Range(0, task.Count)
        .Select(i => new PairMargin(task.TrainedMargins[i], task.LatestMargins[i], task.LatestFlags[i]).ToJson()));

    private JsonObject TrainingInputs(StageModel start, TrainerSettings settings)
    {
        var inputs = new JsonObject
        {
            ["model"] = start.Key,
            ["objective"] = TrainingSetup.Identity(TrainingSetup.Objective(_config.Training)),
            ["settings"] = TrainingSetup.Identity(settings),
            ["dtype"] = _context.Storage,
        };
        if (_config.Training.UsePeft) inputs["adapter"] = TrainingSetup.Adapter(_config.Training).ToString();
        return inputs;
    }
}
