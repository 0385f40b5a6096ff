using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.Studies;

/// <summary>The arms of one experiment with one seed: they have their data in common.</summary>
internal interface IStudyTask : IDisposable
{
    /// <summary>Everything that the result of an arm depends on.</summary>
    JsonObject Inputs(StudyArm arm);

    /// <summary>Runs an arm, or what is left of it, in a folder, and measures its models.</summary>
    ArmResult Run(StudyArm arm, string folder);
}
