namespace Spa.Engine.Pipeline.Studies;

/// <summary>A paired difference over seeds: one model's metric minus another's.</summary>
public readonly record struct StudyDifference(StudyPoint A, StudyPoint B);
