namespace Spa.Engine.Training;

/// <summary>One line of metrics: what happened since the line before.</summary>
/// <param name="Step">Updates done.</param>
/// <param name="Epoch">Epochs done, with fraction.</param>
/// <param name="Values">Names and values in the order of metrics.jsonl.</param>
public sealed record TrainingRecord(int Step, double Epoch, IReadOnlyList<KeyValuePair<string, double>> Values)
{
    /// <summary>A metric by name; NaN if it is not there.</summary>
    public double this[string name]
    {
        get
        {
            foreach ((string key, double value) in Values)
                if (key == name) return value;
            return double.NaN;
        }
    }
}
