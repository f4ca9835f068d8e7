"""What people look at: the annotated video, the contact sheet, crops."""
