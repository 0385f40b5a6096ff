using Spa.Engine.Data;
using Spa.Engine.Evaluation.MtBench;

namespace Spa.Engine.Pipeline.Evaluations;

/// <summary>One turn of one answer to rate.</summary>
internal sealed record MtBenchTask(MtBenchQuestion Question, int Turn, IReadOnlyList<Message> Messages);
