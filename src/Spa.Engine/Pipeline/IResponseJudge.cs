namespace Spa.Engine.Pipeline;

/// <summary>Gives every response of a row a reward; only differences within a row count.</summary>
internal interface IResponseJudge : IDisposable
{
    /// <summary>Name in files and reports.</summary>
    string Name { get; }

    /// <summary>Judges rows in order; <paramref name="done"/> gets each row's index in <paramref name="rows"/> and its rewards.</summary>
    void Judge(IReadOnlyList<SampledRow> rows, Action<int, double[]> done, CancellationToken cancel);
}
