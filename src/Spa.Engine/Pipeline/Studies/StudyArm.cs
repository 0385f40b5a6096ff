namespace Spa.Engine.Pipeline.Studies;

/// <summary>One way to run the loop.</summary>
/// <param name="Name">Short; also its folder.</param>
/// <param name="Title">For people.</param>
/// <param name="Overrides">Settings as <c>a.b=value</c>, behind those of the experiment.</param>
/// <param name="Reward">Settings of the reward model that is trained on the seed pairs and judges; null: the overrides say who judges.</param>
/// <param name="Rloo">Settings of the policy optimisation against that reward model, which then takes the place of the loop; null: the loop runs.</param>
/// <param name="IsControl">Something to compare with.</param>
/// <param name="AllStages">Every stage has a row in the table, not the last alone.</param>
/// <param name="BestOf">Arms of which each seed's best by gold is taken instead of a run of its own; empty: it runs.</param>
public sealed record StudyArm(string Name, string Title, IReadOnlyList<string> Overrides, IReadOnlyList<string>? Reward, IReadOnlyList<string>? Rloo, bool IsControl, bool AllStages, IReadOnlyList<string> BestOf);
