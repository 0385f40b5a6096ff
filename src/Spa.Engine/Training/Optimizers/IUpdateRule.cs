using Spa.Engine.Compute;

namespace Spa.Engine.Training.Optimizers;

/// <summary>One kind of update over some ranges of the parameters, with its states. Allocates nothing after <see cref="Lay"/>.</summary>
internal interface IUpdateRule
{
    /// <summary>Takes states and scratch memory; called once to measure and once for real.</summary>
    void Lay(Arena arena);

    /// <summary>What goes from one update to the next; all zero is the beginning.</summary>
    IEnumerable<OptimizerState> States { get; }

    /// <summary>One update of all ranges.</summary>
    /// <param name="target">Weights, gradients and their norm.</param>
    /// <param name="step">The trainer's settings; a rule takes of them what it has.</param>
    void Update(OptimizerTarget target, in AdamWStep step);
}
