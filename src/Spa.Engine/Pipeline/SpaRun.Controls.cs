using Spa.Engine.Configuration;
using Spa.Engine.Formats;
using Spa.Engine.Pipeline.Controls;
using Spa.Engine.Pipeline.Judges;

namespace Spa.Engine.Pipeline;

public sealed partial class SpaRun
{
    // The loop that this run is a control of; null: this is the loop.
    private readonly SpaRun? _loop;

    /// <summary>A control: data and first models are the loop's.</summary>
    private SpaRun(RunConfig config, RunContext context, SpaRun loop)
    {
        (_config, _context, _loop, _sftBundle, _data) = (config, context, loop, loop._sftBundle, loop._data);
        _folder = new RunFolder(config.Training.OutputDir!);
        _judge = JudgeConfiguration.Settings(config, _folder);
        _gold = JudgeConfiguration.Gold(config, _folder);
        _state = new RunState(_folder.State, loop._state.Environment.DeepClone().AsObject());
        AtomicFile.WriteAllText(_folder.Config, config.ToYaml());
    }

    private (LoopControl Control, RunConfig Config)[] Controls()
    {
        int updates = Enumerable.Range(0, _config.Spa.Iterations + 1)
            .Sum(stage => _state.Find($"{RunFolder.StageName(stage)}/train")?.Summary["updates"]!.GetValue<int>() ?? 0);
        return [.. LoopControl.Of(_config.Spa).Select(control => (control, control.Configure(_config, Path.Combine(_folder.Path, control.FolderName), updates)))];
    }

    // A control's samples are the loop's where all that they depend on is the same.
    private bool TakeSamples(int iteration, string phase, string key, out PhaseResult result)
    {
        result = new PhaseResult([]);
        if (_loop?._state.Find(phase) is not { } same || same.Key != key || !File.Exists(_loop._folder.Samples(iteration))) return false;
        AtomicFile.Write(_folder.Samples(iteration), target =>
        {
            using FileStream source = File.OpenRead(_loop._folder.Samples(iteration));
            source.CopyTo(target);
        });
        result = new PhaseResult(same.Summary.DeepClone().AsObject());
        return true;
    }
}
